"""Files that admins upload and exports leave: pictures of products, lists to import, lists to download."""
