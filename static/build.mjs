// Builds static/src into static/dist: scripts, styles, fonts, the icon sprite and a manifest that
// maps each entry's source name to its hashed file, which the `asset` template tag reads.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const source = path.join(root, "static/src");
const dist = path.join(root, "static/dist");

const entries = {
  "app.ts": "app.ts",
  "theme.ts": "theme.ts",
  "room.ts": "room/main.ts",
  "app.css": "styles/app.css",
  "room.css": "styles/room.css",
  "widgets.ts": "widgets/main.ts",
  "frame.ts": "frame/main.ts",
  "frame.css": "styles/frame.css",
  "solver.ts": "frame/solver.ts",
};
const LOADER = "loader/main.ts";
const target = ["es2022", "chrome111", "firefox128", "safari16.4"];

const options = {
  absWorkingDir: root,
  entryPoints: Object.entries(entries).map(([name, file]) => ({
    in: path.join(source, file),
    out: path.parse(name).name,
  })),
  outdir: dist,
  bundle: true,
  splitting: true,
  format: "esm",
  target,
  minify: true,
  metafile: true,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file" },
  legalComments: "linked",
  logLevel: "warning",
};

/** One SVG file of symbols, so that a page shows an icon by name and fetches them all once. */
async function buildIcons() {
  const names = JSON.parse(await readFile(path.join(source, "icons.json"), "utf8"));
  const symbols = await Promise.all(
    names.map(async (name) => {
      const svg = await readFile(
        path.join(root, "node_modules/lucide-static/icons", `${name}.svg`),
        "utf8",
      );
      const shapes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
      return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s+/g, " ").trim()}</symbol>`;
    }),
  );
  return writeHashed("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
}

/** A classic script in one piece: it runs on other people's pages, where no module may be. */
async function buildLoader() {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(source, LOADER)],
    bundle: true,
    write: false,
    format: "iife",
    target,
    minify: true,
    mangleProps: /^_[a-z]/,
    legalComments: "none",
    logLevel: "warning",
  });
  return writeHashed("loader.js", outputFiles[0].text);
}

async function copyHashed(name) {
  return writeHashed(name, await readFile(path.join(source, name), "utf8"));
}

async function writeHashed(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const { name: stem, ext } = path.parse(name);
  const file = `${stem}-${hash}${ext}`;
  await writeFile(path.join(dist, file), content);
  return file;
}

function entryFiles(metafile) {
  const bySource = Object.fromEntries(
    Object.entries(entries).map(([name, file]) => [`static/src/${file}`, name]),
  );
  return Object.fromEntries(
    Object.entries(metafile.outputs)
      .filter(([file, { entryPoint }]) => entryPoint in bySource && !file.endsWith(".map"))
      .map(([file, { entryPoint }]) => [bySource[entryPoint], path.basename(file)]),
  );
}

/** All that a page loads sooner or later by this entry and by those of its chunks that it awaits. */
function filesReached(metafile, sources) {
  const outputs = Object.entries(metafile.outputs);
  const waiting = sources.map(
    (file) => outputs.find(([, { entryPoint }]) => entryPoint === `static/src/${file}`)[0],
  );
  const reached = new Set();
  while (waiting.length > 0) {
    const file = waiting.pop();
    if (reached.has(file)) continue;
    reached.add(file);
    const { imports } = metafile.outputs[file];
    waiting.push(...imports.filter(({ kind }) => kind === "import-statement").map(({ path: to }) => to));
  }
  return [...reached].map((file) => path.basename(file));
}

async function writeManifest(metafile) {
  const manifest = {
    ...entryFiles(metafile),
    preloads: { "room.ts": filesReached(metafile, ["room/main.ts", "room/media.ts"]) },
    "icons.svg": await buildIcons(),
    "favicon.svg": await copyHashed("favicon.svg"),
    "loader.js": await buildLoader(),
  };
  await removeAllBut(new Set([...Object.keys(metafile.outputs).map((file) => path.basename(file)), ...Object.values(manifest)]));
  await writeFile(path.join(dist, "manifest.json"), JSON.stringify(manifest, null, 2));
}

/** Files of earlier builds go last, so that a page that is loading now still finds its own. */
async function removeAllBut(kept) {
  const files = await readdir(dist);
  await Promise.all(
    files.filter((file) => !kept.has(file)).map((file) => rm(path.join(dist, file))),
  );
}

const manifestPlugin = {
  name: "manifest",
  setup(build) {
    build.onEnd(async ({ metafile, errors }) => {
      if (errors.length === 0) await writeManifest(metafile);
    });
  },
};

await mkdir(dist, { recursive: true });
const build = { ...options, plugins: [manifestPlugin] };
if (process.argv.includes("--watch")) {
  const context = await esbuild.context(build);
  await context.watch();
} else {
  await esbuild.build(build);
}
