"""The screens: each module makes one page of a folder, a state and its filters."""
