"""Files that people export by hand, from bytes to rows: `table` reads any CSV, `cells` one value, `columns` the header.

`posts` and `interactions` turn rows into the same values that adapters give, and store them through `recording`.
"""
