/**
 * `node --import counted.mjs …`: at the end adds the numbers of the functions that ran to the list in the file $RAN.
 * The runtime must not see the exports that `counting.py` has added, it would take them for its own.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const { instantiate } = WebAssembly;
const ran = [];
WebAssembly.instantiate = async (...given) => {
  const made = await instantiate(...given);
  const instance = made.instance ?? made;
  if (!("ran0" in instance.exports)) return made;
  const exports = {};
  for (const [name, value] of Object.entries(instance.exports)) {
    const word = /^ran(\d+)$/.exec(name)?.[1];
    if (word) ran[Number(word)] = value;
    else exports[name] = value;
  }
  const plain = Object.setPrototypeOf({ exports }, WebAssembly.Instance.prototype);
  return made.instance ? { module: made.module, instance: plain } : plain;
};

process.on("exit", () => {
  const file = process.env.RAN;
  const numbers = new Set(existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : []);
  ran.forEach(({ value }, word) => {
    for (let bits = BigInt.asUintN(64, value), bit = 0; bits; bits >>= 1n, bit++) if (bits & 1n) numbers.add(64 * word + bit);
  });
  if (ran.length) writeFileSync(file, JSON.stringify([...numbers]));
});
