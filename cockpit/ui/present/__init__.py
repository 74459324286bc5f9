"""What the screen says, as pure functions of the fleet and the time. Nothing here draws."""
