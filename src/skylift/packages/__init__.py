"""What the project needs: its lock, the wheels a target gets from it, and environments made of them."""
