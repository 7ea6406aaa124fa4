export declare function fitsNodeRange(version: string, range: string): boolean;
