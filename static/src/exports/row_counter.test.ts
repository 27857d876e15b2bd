import assert from "node:assert/strict";
import { test } from "node:test";
import { RowCounter } from "./row_counter.ts";

function rows(kind: "csv" | "jsonl", text: string, piece = text.length): number {
  const counter = new RowCounter(kind);
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += piece) counter.add(bytes.subarray(at, at + piece));
  return counter.rows;
}

test("the line that names the columns is no row", () => {
  assert.equal(rows("csv", "id,name\r\n1,Ada\r\n2,Bob\r\n"), 2);
  assert.equal(rows("csv", "id,name\r\n"), 0);
  assert.equal(rows("csv", ""), 0);
});

test("each line of JSON is a row, whatever is quoted in it", () => {
  assert.equal(rows("jsonl", '{"a":"\\""}\n{"a":"b"}\n'), 2);
});

test("a line break within quotes ends no row, wherever the pieces are cut", () => {
  const text = 'id,words\r\n1,"two\nlines, ""quoted"""\r\n2,"x"\r\n';
  for (let piece = 1; piece <= text.length; piece += 1) assert.equal(rows("csv", text, piece), 2);
});
