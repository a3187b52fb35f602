import { boundsOf } from './geometry.js'

const NEAR_ZOOM = 14
const NEAREST = 5

/**
 * What the map shows at first, told again as data arrives: what the page is about, then the box it was given.
 * Once a person has moved the map it is left alone.
 */
export function makeView(map, options) {
  const [west, south, east, north] = options.bounds
  const given = L.latLngBounds([south, west], [north, east])
  let moved = false
  for (const event of ['pointerdown', 'keydown', 'wheel']) {
    map.getContainer().addEventListener(event, () => (moved = true), { once: true, passive: true })
  }
  const fit = (bounds, limits = {}) => {
    if (!moved) map.fitBounds(bounds, { animate: false, padding: [12, 12], ...limits })
  }
  if (options.point) map.setView([options.point[1], options.point[0]], NEAR_ZOOM - 1, { animate: false })
  else fit(given)
  map.options.maxBoundsViscosity = 1
  return {
    divisionsAre(features) {
      const chosen = features.filter((feature) => feature.properties.gss_code === options.division)
      if (chosen.length && !options.hasOwnBounds && !options.point && !options.place) fit(boundsOf(chosen), { padding: [28, 28] })
    },
    placesAre(features) {
      if (options.hasOwnBounds) return
      const own = features.find((feature) => feature.properties.reference === options.place)
      if (own && !moved) map.setView(toLatLng(own), NEAR_ZOOM, { animate: false })
      else if (options.point) fit(boundsAround(map, options.point, features), { maxZoom: NEAR_ZOOM, padding: undefined, paddingTopLeft: [76, 36], paddingBottomRight: [36, 60] })
    },
    surroundingsAre(features) {
      const around = boundsOf(features)
      if (!around) return
      // Beyond what is held there would be sea where there is none.
      const limit = around.extend(given)
      map.setMaxBounds(limit)
      map.setMinZoom(Math.min(map.getBoundsZoom(limit, true), map.getBoundsZoom(given)))
    }
  }
}

/** The point that was searched from, and how exact it is. It comes in the page, never in an address. */
export function showPoint(map, { point, accuracyM }) {
  if (!point) return
  const latlng = L.latLng(point[1], point[0])
  if (accuracyM) L.circle(latlng, { radius: accuracyM, className: 'map-accuracy', interactive: false }).addTo(map)
  const icon = L.divIcon({ className: 'map-here', iconSize: [26, 26] })
  const here = L.marker(latlng, { icon, interactive: false, keyboard: false, zIndexOffset: 500 }).addTo(map)
  here.getElement().setAttribute('role', 'img')
  here.getElement().setAttribute('aria-label', 'Where you searched')
}

function boundsAround(map, [lon, lat], features) {
  const here = L.latLng(lat, lon)
  const nearest = features
    .map((feature) => ({ latlng: toLatLng(feature), metres: map.distance(here, toLatLng(feature)) }))
    .sort((a, b) => a.metres - b.metres)
    .slice(0, NEAREST)
  return L.latLngBounds([here, ...nearest.map(({ latlng }) => latlng)])
}

const toLatLng = ({ geometry }) => L.latLng(geometry.coordinates[1], geometry.coordinates[0])
