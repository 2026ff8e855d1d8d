"""Products, variants, options, images and how they are sorted."""
