"""Files that people export by hand, from bytes to rows: `table` reads any CSV, `cells` and `moments` one value.

`formats` describes the exports that are known, `recognition` tells which of them a file is, `columns` what its header
means. `posts` and `interactions` turn rows into the same values that adapters give, and store them through `recording`.
`running` is an import of posts from what its user chose to what became of it.
"""
