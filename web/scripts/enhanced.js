// Runs before the page is drawn, so that parts which need JavaScript do not flash in afterwards.
document.documentElement.classList.add('has-scripts')
