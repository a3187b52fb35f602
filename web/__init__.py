"""What people see: templates, styles, scripts and the Folium map."""
