import { describe, expect, it } from "vitest";
import { PERMISSION_MODES } from "../../src/config/schema.ts";
import { claudeModeOf } from "../../src/contractor/permission-mode.ts";

const USER = { bypassAcknowledged: false, uid: 1_000 };

describe("claudeModeOf", () => {
  it.each([
    ["ask", "default"],
    ["accept-edits", "acceptEdits"],
    ["plan", "plan"],
    ["auto", "auto"],
  ] as const)("is for %s Claude Code's %s, for root as well", (permissionMode, mode) => {
    expect(claudeModeOf({ ...USER, permissionMode })).toBe(mode);
    expect(claudeModeOf({ ...USER, permissionMode, uid: 0 })).toBe(mode);
  });

  it.each([1_000, undefined])(
    "is a bypass only when somebody wants that in so many words (uid %s)",
    (uid) => {
      const bypass = { permissionMode: "bypass", uid } as const;
      expect(claudeModeOf({ ...bypass, bypassAcknowledged: true })).toBe("bypassPermissions");
      expect(() => claudeModeOf({ ...bypass, bypassAcknowledged: false })).toThrow(
        expect.objectContaining({ code: "bypass-not-acknowledged" }),
      );
    },
  );

  it.each([true, false])("is never a bypass for root (acknowledged: %s)", (bypassAcknowledged) => {
    expect(() => claudeModeOf({ permissionMode: "bypass", bypassAcknowledged, uid: 0 })).toThrow(
      expect.objectContaining({ code: "bypass-as-root" }),
    );
  });

  it("knows every mode of the settings", () => {
    const modes = PERMISSION_MODES.map((permissionMode) =>
      claudeModeOf({ permissionMode, bypassAcknowledged: true, uid: 1_000 }),
    );
    expect(new Set(modes).size).toBe(PERMISSION_MODES.length);
  });
});
