import { boundsOf } from './geometry.js'

const NEAR_ZOOM = 14
const NEAREST = 5
const EDGE = 12

/**
 * What the map shows at first, told again as data arrives and as the map changes its size: what the page is about, else
 * the box that it was given. Once a person has moved the map it is left alone.
 */
export function makeView(map, options) {
  const [west, south, east, north] = options.bounds
  const given = L.latLngBounds([south, west], [north, east])
  let moved = false
  let limit
  let show = () => {}
  const begin = (way) => {
    show = way
    if (!moved) show()
  }
  const fit = (bounds, limits = {}) => begin(() => map.fitBounds(bounds, { animate: false, padding: [EDGE, EDGE], ...limits }))
  const centre = (latlng, zoom) => begin(() => map.setView(latlng, zoom, { animate: false }))
  const adapt = () => {
    const least = leastZoom(map, limit, given)
    map.setMaxBounds(null) // else Leaflet begins to pan back inside while the view changes
    if (least < map.getMinZoom()) map.setMinZoom(least)
    begin(show)
    map.setMinZoom(least)
    if (limit) map.setMaxBounds(limit)
  }
  for (const event of ['pointerdown', 'keydown', 'wheel']) {
    map.getContainer().addEventListener(event, ({ target }) => (moved ||= isMove(target)), { passive: true })
  }
  map.on('resize', adapt)
  map.options.maxBoundsViscosity = 1
  if (options.point) centre([options.point[1], options.point[0]], NEAR_ZOOM - 1)
  else fit(given)
  return {
    divisionsAre(features) {
      const chosen = features.filter((feature) => feature.properties.gss_code === options.division)
      if (boundsOf(chosen) && !options.hasOwnBounds && !options.point && !options.place) fit(boundsOf(chosen), { padding: [28, 28] })
    },
    placesAre(all) {
      const features = all.filter(({ geometry }) => geometry?.coordinates)
      if (options.hasOwnBounds) return
      const own = features.find((feature) => feature.properties.reference === options.place)
      if (own) centre(toLatLng(own), NEAR_ZOOM)
      else if (options.point) fit(boundsAround(map, options.point, features), { maxZoom: NEAR_ZOOM, padding: undefined, paddingTopLeft: [76, 36], paddingBottomRight: [36, 60] })
    },
    surroundingsAre(features) {
      const around = boundsOf(features)
      if (!around) return
      limit = around.extend(given)
      adapt()
    }
  }
}

/** How far out the map may go: beyond the land that is held there would be sea where there is none. */
function leastZoom(map, limit, given) {
  const { minZoom } = map.options
  map.options.minZoom = undefined // Leaflet's answers would not go below it
  const least = limit ? Math.min(map.getBoundsZoom(limit, true), map.getBoundsZoom(given, false, L.point(2 * EDGE, 2 * EDGE))) : 0
  map.options.minZoom = minZoom
  return least
}

/** Buttons of the map do not move it, but for those that zoom. */
function isMove(target) {
  return !target.closest?.('.leaflet-control') || Boolean(target.closest('.leaflet-control-zoom-in, .leaflet-control-zoom-out'))
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
