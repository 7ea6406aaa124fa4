import { describe, expect, it } from "vitest";
import { createOutputTail } from "../../src/process/output-tail.ts";

describe("the output tail", () => {
  it("keeps the last characters, however much comes and however it is cut", () => {
    const tail = createOutputTail(10);
    for (const chunk of ["one\n", "two\n", "three\n", "four\n"]) tail.append(chunk);
    expect(tail.text()).toBe("hree\nfour");
    tail.append("x".repeat(1_000_000));
    expect(tail.text()).toBe("x".repeat(10));
  });

  it("is bounded by default", () => {
    const tail = createOutputTail();
    for (let line = 0; line < 10_000; line += 1) tail.append(`line ${line}\n`);
    expect(tail.text().length).toBeLessThanOrEqual(8_192);
    expect(tail.text()).toMatch(/line 9999$/);
  });

  it("is empty when nothing was written", () => {
    expect(createOutputTail().text()).toBe("");
  });
});
