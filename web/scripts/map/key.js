import { buttonOf, element } from './elements.js'

// From this size on the open key covers little of what the map shows.
const ROOMY = 900
const TALL = 480
const STEPS = [['none', 'no place'], ['few', '1 or 2'], ['some', '3 to 5'], ['many', '6 or more']]

/** The key: what signs and tints mean, for those that the map shows. Folded away where the map is small. */
export function addKey(map, { signs }) {
  const control = L.control({ position: 'bottomright' })
  const lines = new Map()
  const list = element('ul', 'map-key__list')
  const tints = element('div', 'map-key__tints')
  control.onAdd = () => {
    const box = element('div', 'leaflet-bar map-key')
    const body = element('div', 'map-key__body')
    body.id = `${map.getContainer().id}_key`
    body.append(list, tints)
    const button = buttonOf('map-key__button', 'Key', () => open(body.hidden))
    button.setAttribute('aria-controls', body.id)
    const open = (isOpen) => {
      button.setAttribute('aria-expanded', String(isOpen))
      body.hidden = !isOpen
    }
    const size = map.getSize()
    open(size.x >= ROOMY && size.y >= TALL)
    box.append(body, button)
    L.DomEvent.disableClickPropagation(box)
    L.DomEvent.disableScrollPropagation(box)
    return box
  }
  for (const { group, label, svg } of signs) {
    if (lines.has(group)) continue
    const line = element('li', 'map-key__line')
    line.hidden = true
    const picture = element('span', 'map-key__sign')
    picture.innerHTML = svg // markup of our own, from web/map/signs.py
    line.append(picture, label)
    lines.set(group, line)
    list.append(line)
  }
  const together = element('li', 'map-key__line')
  together.hidden = true
  together.append(element('span', 'map-cluster map-key__cluster', '9'), 'Several places: zoom in')
  list.append(together)
  control.addTo(map)
  const togetherShown = () => (together.hidden &&= !map.getPane('markerPane').querySelector('.map-cluster'))
  map.on('moveend', togetherShown)
  return {
    groupsShown(features) {
      const groups = new Map(signs.map(({ code, group }) => [code, group]))
      const last = signs.at(-1).group
      const shown = new Set(features.map(({ properties: { kind, assurance } }) => groups.get(kind) ?? groups.get(assurance) ?? last))
      for (const [group, line] of lines) line.hidden = !shown.has(group)
      togetherShown()
    },
    countsShown() {
      if (tints.childElementCount) return
      tints.append(element('p', '', 'Safe places in a division'))
      const row = element('ul', 'map-key__steps')
      for (const [step, words] of STEPS) {
        const line = element('li', '', words)
        line.prepend(element('span', `map-key__tint map-key__tint--${step}`))
        row.append(line)
      }
      tints.append(row)
    }
  }
}
