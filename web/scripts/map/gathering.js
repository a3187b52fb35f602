// Up to this many places each keeps a sign of its own; only signs that would hide each other are drawn as one.
const SHOWN_SINGLY = 50
// Signs are squares of 34 pixels and numbers of up to 52. With their middles this far apart along one axis at least, each has
// the 24 pixels that WCAG 2.2 asks for (2.5.8), rounding to whole pixels included.
const APART = 30
const APART_FROM_NUMBERS = 40

const { _recursively: recursively, _recalculateBounds: recalculate } = L.MarkerCluster.prototype

L.MarkerCluster.include({
  // Leaflet.markercluster 1.5.3 leaves lone places out where the map's least zoom is no whole number.
  _recursively(bounds, start, stop, atEvery, atBottom) {
    recursively.call(this, bounds, Math.floor(start), stop, atEvery, atBottom)
  },
  // A number stands where distances are measured from, at one of its places; in the middle of them it could hide another sign.
  _recalculateBounds() {
    recalculate.call(this)
    this._latlng = this._cLatLng
  }
})

// Signs are squares, so what counts is how far they are apart along the axes.
L.DistanceGrid.prototype._sqDist = (a, b) => Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)) ** 2

// Gathering that is still in motion loses signs when the map changes meanwhile, as it does while data arrives.
L.MarkerClusterGroup.mergeOptions({ animate: false, spiderfyDistanceMultiplier: 1.6 })

/**
 * Draws markers, those that would hide each other as one; resolves when all are on the map. The first marker never moves:
 * others are gathered around it.
 */
export function gather(map, group, markers) {
  group.gathered = { markers }
  group.options.maxClusterRadius = (level) => {
    const between = map.getZoom() - Math.round(map.getZoom())
    return reachOf(level + between, markers.length) / 2 ** between
  }
  if (!group.isGathering) {
    group.isGathering = true
    group.on('add', () => gatherAgain(map, group))
    map.on('zoomend zoomlevelschange', () => gatherAgain(map, group))
  }
  return gatherAgain(map, group)
}

/** How near, in pixels, places are drawn as one: a county in few numbers, a town with most of its signs. */
function reachOf(zoom, count) {
  if (count <= SHOWN_SINGLY) return APART
  return zoom < 11 ? 64 : zoom < 12.5 ? 46 : APART_FROM_NUMBERS
}

/** Leaflet.markercluster gathers for whole zooms, by what they were when it began; this map also stands between them. */
function gatherAgain(map, group) {
  const { gathered } = group
  const zoom = map.getZoom()
  const made = `${zoom - Math.round(zoom)} ${Math.floor(map.getMinZoom())}`
  if (made === gathered.made || !map.hasLayer(group)) return undefined
  gathered.made = made
  gathered.drawn = new Promise((resolve) => {
    group.options.chunkProgress = (done, total) => done === total && resolve()
    group.clearLayers()
    group.addLayers(gathered.markers)
  })
  return gathered.drawn
}
