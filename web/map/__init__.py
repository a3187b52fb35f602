"""The map: rendered by Folium without data or text of the register, which our own script fetches and draws."""
