// Builds everything that a browser loads, from our sources and the npm packages, into web/static/build.
// Run with `npm ci --ignore-scripts && npm run build`; after npm ci it needs no network.
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import * as sass from 'sass'

const web = dirname(fileURLToPath(import.meta.url))
const packages = join(web, 'node_modules')
const target = join(web, 'static', 'build')
// A folder beside the target, renamed at the end, so that a server never sees half a build.
const fresh = join(web, 'static', `build.${process.pid}`)

const STYLESHEETS = ['main', 'office', 'map/map']
const SCRIPTS = ['main', 'enhanced', 'map/map', 'office/office', 'office/pin']
const FONTS = [
  'atkinson-hyperlegible-next-latin-wght-normal.woff2',
  'atkinson-hyperlegible-next-latin-ext-wght-normal.woff2'
]
// npm package -> what of it the browser needs, as [from, to] below the package and below vendor/<package>.
const VENDOR = {
  leaflet: [['dist/leaflet.js', 'leaflet.js'], ['dist/leaflet.css', 'leaflet.css'], ['dist/images', 'images'], ['LICENSE', 'LICENSE']],
  'leaflet.markercluster': [
    ['dist/leaflet.markercluster.js', 'leaflet.markercluster.js'],
    ['dist/MarkerCluster.css', 'MarkerCluster.css'],
    ['dist/MarkerCluster.Default.css', 'MarkerCluster.Default.css'],
    ['MIT-LICENCE.txt', 'MIT-LICENCE.txt']
  ],
  'leaflet.locatecontrol': [
    ['dist/L.Control.Locate.min.js', 'L.Control.Locate.min.js'],
    ['dist/L.Control.Locate.min.css', 'L.Control.Locate.min.css'],
    ['LICENSE.md', 'LICENSE.md']
  ],
  'leaflet.fullscreen': [
    ['Control.FullScreen.js', 'Control.FullScreen.js'],
    ['Control.FullScreen.css', 'Control.FullScreen.css'],
    ['icon-fullscreen.svg', 'icon-fullscreen.svg'],
    ['LICENSE.md', 'LICENSE.md']
  ]
}

function buildStyles() {
  for (const name of STYLESHEETS) {
    const { css } = sass.compile(join(web, 'styles', `${name}.scss`), {
      style: 'compressed',
      loadPaths: [join(packages, 'govuk-frontend', 'dist')],
      quietDeps: true
    })
    mkdirSync(dirname(join(fresh, name)), { recursive: true })
    writeFileSync(join(fresh, `${name}.css`), css)
  }
}

async function buildScripts() {
  await build({
    entryPoints: SCRIPTS.map((name) => join(web, 'scripts', `${name}.js`)),
    outdir: fresh,
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2020',
    legalComments: 'none',
    logLevel: 'warning'
  })
}

function copyVendor() {
  for (const [name, files] of Object.entries(VENDOR)) {
    for (const [from, to] of files) {
      cpSync(join(packages, name, from), join(fresh, 'vendor', name, to), { recursive: true })
    }
  }
  const font = join(packages, '@fontsource-variable', 'atkinson-hyperlegible-next')
  for (const file of FONTS) cpSync(join(font, 'files', file), join(fresh, 'fonts', file))
  cpSync(join(font, 'LICENSE'), join(fresh, 'fonts', 'LICENSE'))
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join('/'))
    .sort()
}

// One version for the whole build: files point at each other by relative address, so they change their address together.
function writeManifest() {
  const whole = createHash('sha256')
  const files = {}
  for (const path of filesBelow(fresh)) {
    const content = readFileSync(join(fresh, path))
    files[path] = statSync(join(fresh, path)).size
    whole.update(path).update('\0').update(createHash('sha256').update(content).digest())
  }
  const manifest = { version: whole.digest('hex').slice(0, 12), files }
  writeFileSync(join(fresh, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  return manifest
}

rmSync(fresh, { recursive: true, force: true })
mkdirSync(fresh, { recursive: true })
try {
  buildStyles()
  await buildScripts()
  copyVendor()
  cpSync(join(web, 'images'), join(fresh, 'images'), { recursive: true })
  const manifest = writeManifest()
  rmSync(target, { recursive: true, force: true })
  renameSync(fresh, target)
  console.log(`Built ${Object.keys(manifest.files).length} files, version ${manifest.version}.`)
} finally {
  rmSync(fresh, { recursive: true, force: true })
}
