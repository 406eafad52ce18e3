"""What people see. Nothing here trains, scores or reads a global."""
