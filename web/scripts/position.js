const FAILURES = {
  1: 'Your browser did not share your position. You can type a postcode or a place instead.',
  2: 'Your position could not be found. You can type a postcode or a place instead.',
  3: 'Finding your position took too long. Try again, or type a postcode or a place instead.'
}

/**
 * "Use my position": asks the browser only when the button is pressed, and sends the answer in the body of a POST,
 * so that it appears in no address and no log.
 */
export function startPosition() {
  const form = document.querySelector('[data-position-form]')
  if (!form || !('geolocation' in navigator)) return
  const button = form.querySelector('button')
  const status = form.querySelector('[data-position-status]')
  form.hidden = false
  form.addEventListener('submit', (event) => {
    if (form.elements.lon.value && form.elements.lat.value) return
    event.preventDefault()
    button.setAttribute('aria-disabled', 'true')
    status.textContent = 'Finding your position…'
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        // Six decimals are a tenth of a metre: no more than the search needs.
        form.elements.lon.value = coords.longitude.toFixed(6)
        form.elements.lat.value = coords.latitude.toFixed(6)
        form.submit()
      },
      (failure) => {
        button.removeAttribute('aria-disabled')
        status.textContent = FAILURES[failure.code] ?? FAILURES[2]
      },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 }
    )
  })
  // A page that comes back from the browser's memory must ask again.
  window.addEventListener('pageshow', () => {
    form.elements.lon.value = ''
    form.elements.lat.value = ''
    button.removeAttribute('aria-disabled')
    status.textContent = ''
  })
}
