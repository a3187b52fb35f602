/** Positions of Leaflet (lat first) from GeoJSON coordinates (lon first), whatever their depth. */
export function toLatLngs(coordinates) {
  if (typeof coordinates[0] === 'number') return L.latLng(coordinates[1], coordinates[0])
  return coordinates.map(toLatLngs)
}

/** The polygons of a feature, each a list of rings of lon/lat pairs; none where nobody drew an outline. */
export function polygonsOf({ geometry }) {
  if (!geometry?.coordinates) return []
  return geometry.type === 'MultiPolygon' ? geometry.coordinates : [geometry.coordinates]
}

/** The box around features of polygons, or undefined where there are none. */
export function boundsOf(features) {
  const bounds = L.latLngBounds([])
  for (const feature of features) {
    for (const [outer] of polygonsOf(feature)) bounds.extend(toLatLngs(outer))
  }
  return bounds.isValid() ? bounds : undefined
}

/**
 * Where a name fits into an area, widest spots first: rows are laid across what is in view of it.
 * `rings` and `view` are in pixels; gives [{ x, y, width }].
 */
export function spotsIn(rings, view) {
  const top = Math.max(view.min.y, Math.min(...rings.map((ring) => ring.top)))
  const bottom = Math.min(view.max.y, Math.max(...rings.map((ring) => ring.bottom)))
  const spots = []
  for (let row = 1; row < ROWS && bottom > top; row += 1) {
    const y = top + ((bottom - top) * row) / ROWS
    const crossings = rings.flatMap((ring) => crossingsOf(ring, y)).sort((a, b) => a - b)
    for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
      const from = Math.max(crossings[pair], view.min.x)
      const to = Math.min(crossings[pair + 1], view.max.x)
      if (to > from) spots.push({ x: (from + to) / 2, y, width: to - from, centred: 1 - Math.abs((2 * row) / ROWS - 1) })
    }
  }
  // A row in the middle may be a little narrower and still look better.
  return spots.sort((a, b) => b.width * (0.6 + 0.4 * b.centred) - a.width * (0.6 + 0.4 * a.centred))
}

/** Whether the corners of a box lie in the area that the rings enclose. */
export function isInside(rings, { min, max }) {
  return [min, max, { x: min.x, y: max.y }, { x: max.x, y: min.y }].every(
    ({ x, y }) => rings.flatMap((ring) => crossingsOf(ring, y)).filter((crossing) => crossing < x).length % 2
  )
}

const ROWS = 12

function crossingsOf({ points, top, bottom }, y) {
  const found = []
  if (y < top || y > bottom) return found
  for (let i = 0, j = points.length - 1; i < points.length; j = i, i += 1) {
    const a = points[j]
    const b = points[i]
    if (a.y > y !== b.y > y) found.push(a.x + ((y - a.y) * (b.x - a.x)) / (b.y - a.y))
  }
  return found
}
