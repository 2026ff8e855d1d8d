"""What a shop starts with: the bare first start, and the demo shop."""
