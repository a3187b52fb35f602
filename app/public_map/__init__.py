"""What the public sees: pages, and the map with its data. Shows several concepts at once, so it stands above them."""
