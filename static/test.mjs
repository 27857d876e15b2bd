// Runs every *.test.ts under static/src with node's own test runner. Node 20 reads no TypeScript,
// so esbuild turns each test into a plain module first.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const source = path.join(path.dirname(fileURLToPath(import.meta.url)), "src");
const tests = (await readdir(source, { recursive: true }))
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => path.join(source, file));
const built = await mkdtemp(path.join(tmpdir(), "front-tests-"));

const { metafile } = await esbuild.build({
  entryPoints: tests,
  outdir: built,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  metafile: true,
  sourcemap: "inline",
  logLevel: "warning",
});
const files = Object.keys(metafile.outputs).map((file) => path.resolve(file));
run({ files, concurrency: 2 })
  .on("test:fail", () => (process.exitCode = 1))
  .on("end", () => rm(built, { recursive: true }))
  .compose(new spec())
  .pipe(process.stdout);
