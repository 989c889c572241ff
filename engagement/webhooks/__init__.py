"""What platforms push: their signatures, their events, and what each event does here."""
