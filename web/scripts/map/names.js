import { boxesOver, leaveOutCovered } from './controls.js'
import { element } from './elements.js'
import { isInside, polygonsOf, spotsIn } from './geometry.js'

// From which zoom on a name may appear.
const APPEARS = { area: 0, chosen: 0, settlement1: 0, settlement2: 10.5, settlement3: 12, division: 10 }
// Who gets the room, where two want the same.
const ORDER = ['chosen', 'settlement1', 'area', 'settlement2', 'division', 'settlement3']
const GAP = 3

/** Names of divisions, settlements and the areas around: as many as have room, none over another or over a sign. */
export class Names {
  constructor(map, { layers, division }) {
    this.map = map
    this.layer = layers.names
    this.division = division
    this.pane = map.getPane('names')
    this.pane.setAttribute('aria-hidden', 'true')
    this.names = []
    const again = () => this.layOut()
    map.on('moveend zoomend resize viewreset', again)
    map.on('zoomstart', () => this.pane.classList.add('is-moving'))
    map.on('layeradd layerremove', ({ layer }) => layer === this.layer && again())
    map.on('popupopen popupclose', again)
    layers.places.on('spiderfied unspiderfied', again)
    for (const corner of Object.values(map._controlCorners)) new ResizeObserver(again).observe(corner)
    document.fonts?.ready.then(() => {
      for (const name of this.names) delete name.width
      this.layOut()
    })
  }

  add(what, features) {
    for (const feature of features) {
      const { name, rank = 3, gss_code: code } = feature.properties
      if (!name || !feature.geometry?.coordinates) continue
      const kind = what === 'settlement' ? `settlement${rank}` : code && code === this.division ? 'chosen' : what
      const words = element('div', `map-name map-name--${kind}`)
      words.append(...(what === 'settlement' ? [name] : linesOf(name)).map((line) => element('span', '', line)))
      this.pane.append(words)
      this.names.push({ name, kind, element: words, ...this.placeOf(what, feature) })
    }
    this.names.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
    this.layOut()
  }

  /** Positions in pixels at zoom 0, which are only scaled later. */
  placeOf(what, feature) {
    const project = ([lon, lat]) => this.map.project([lat, lon], 0)
    if (what === 'settlement') return { point: project(feature.geometry.coordinates) }
    return { rings: polygonsOf(feature).flatMap((rings) => rings.map((ring) => ring.map(project))) }
  }

  layOut() {
    cancelAnimationFrame(this.frame)
    this.frame = requestAnimationFrame(() => this.layOutNow())
  }

  layOutNow() {
    const { map } = this
    const shown = map.hasLayer(this.layer)
    this.pane.classList.toggle('is-off', !shown)
    this.pane.classList.remove('is-moving')
    const over = boxesOver(map)
    leaveOutCovered(map, over)
    if (!shown) return
    this.measure()
    const zoom = map.getZoom()
    const scale = map.getZoomScale(zoom, 0)
    const origin = map.getPixelOrigin()
    const corner = map.containerPointToLayerPoint([0, 0])
    const view = L.bounds(corner, corner.add(map.getSize()))
    const toLayer = (point) => point.multiplyBy(scale).subtract(origin)
    const taken = [...this.signs(), ...over]
    const said = new Set()
    for (const name of this.names) {
      const may = zoom >= APPEARS[name.kind] && !said.has(name.name)
      const spot = may ? this.spotFor(name, view, taken, toLayer) : undefined
      name.element.classList.toggle('is-shown', Boolean(spot))
      if (!spot) continue
      L.DomUtil.setPosition(name.element, L.point(spot.min.x, spot.min.y)._round())
      taken.push(spot)
      said.add(name.name)
    }
  }

  /** The rectangle in which a name can stand, or undefined. */
  spotFor({ point, rings, width, height, kind }, view, taken, toLayer) {
    const box = (x, y) => L.bounds([x - width / 2, y - height / 2], [x + width / 2, y + height / 2])
    const free = (spot) => view.contains(spot) && !taken.some((other) => overlap(spot, other))
    if (point) {
      const at = toLayer(point)
      if (!view.contains(at)) return undefined
      // Near enough that nobody takes the name for another place's; a name without room there is left out.
      const side = width / 2 + 9
      const besides = [[0, 0], [0, 16], [0, -16], [side, 0], [-side, 0], [side, 12], [-side, 12], [side, -12], [-side, -12]]
      return besides.map(([x, y]) => box(at.x + x, at.y + y)).find(free)
    }
    const scaled = rings.map((ring) => {
      const points = ring.map(toLayer)
      const heights = points.map(({ y }) => y)
      return { points, top: Math.min(...heights), bottom: Math.max(...heights) }
    })
    const boxes = spotsIn(scaled, view)
      .filter((spot) => spot.width >= width * 0.6)
      .slice(0, 10)
      .map((spot) => box(spot.x, spot.y))
      .filter(free)
    const whole = boxes.find((spot) => isInside(scaled, spot))
    // The division that the page is about is named even where its name crosses its boundary.
    return whole ?? (kind === 'chosen' ? boxes[0] : undefined)
  }

  /** Reads all sizes at once: one layout of the page, and only when there are new names. */
  measure() {
    const fresh = this.names.filter(({ width }) => width === undefined)
    for (const name of fresh) {
      name.width = name.element.offsetWidth
      name.height = name.element.offsetHeight
    }
  }

  /** Rectangles of the signs in view. */
  signs() {
    return [...this.map.getPane('markerPane').children].map((icon) => {
      const at = L.DomUtil.getPosition(icon) ?? L.point(0, 0)
      const half = icon.matches('.map-cluster, .is-chosen') ? 24 : 16
      return L.bounds(at.subtract([half, half]), at.add([half, half]))
    })
  }
}

/** Long names stand in two lines, as even as the words allow. */
function linesOf(name) {
  const words = name.split(' ')
  if (name.length < 13 || words.length < 2) return [name]
  const splits = words.slice(1).map((_, index) => [words.slice(0, index + 1).join(' '), words.slice(index + 1).join(' ')])
  const longer = ([first, second]) => Math.max(first.length, second.length)
  return splits.reduce((best, split) => (longer(split) < longer(best) ? split : best))
}

function overlap(a, b) {
  return a.min.x < b.max.x + GAP && a.max.x > b.min.x - GAP && a.min.y < b.max.y + GAP && a.max.y > b.min.y - GAP
}
