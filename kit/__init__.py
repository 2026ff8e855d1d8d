"""What knows no commerce: settings, ids, time, money, the database and its one transaction runner."""
