import { element } from './elements.js'

/**
 * The map does not catch a page that is being scrolled: the wheel zooms only after a click into the map or with the focus
 * in it, and on touch screens one finger scrolls the page while two move the map. On the full screen it may have all.
 */
export function cooperate(map, box) {
  const wheel = (isOn) => (isOn ? map.scrollWheelZoom.enable() : map.scrollWheelZoom.disable())
  const isWhole = () => Boolean(map.isFullscreen?.())
  wheel(false)
  map.on('click dragstart', () => wheel(true))
  box.addEventListener('mouseleave', () => wheel(isWhole()))
  box.addEventListener('keydown', (event) => event.key !== 'Tab' && wheel(true))

  const oneFinger = (isOn) => (isOn ? map.dragging.enable() : map.dragging.disable())
  let touched = matchMedia('(pointer: coarse)').matches
  oneFinger(!touched)
  box.addEventListener(
    'pointerdown',
    ({ pointerType }) => {
      touched = pointerType === 'touch'
      oneFinger(!touched || isWhole())
    },
    { capture: true }
  )
  map.on('enterFullscreen exitFullscreen', () => {
    oneFinger(!touched || isWhole())
    wheel(isWhole())
  })
  addHint(map, box, () => touched && !isWhole())
}

function addHint(map, box, isNeeded) {
  const hint = element('p', 'map-hint', 'Use two fingers to move the map')
  hint.setAttribute('aria-hidden', 'true')
  box.append(hint)
  let timer
  box.addEventListener(
    'touchmove',
    ({ touches }) => {
      const isShown = touches.length === 1 && isNeeded()
      hint.classList.toggle('is-shown', isShown)
      clearTimeout(timer)
      timer = setTimeout(() => hint.classList.remove('is-shown'), 1200)
    },
    { passive: true }
  )
}
