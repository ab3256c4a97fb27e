/** esbuild bundles a style sheet that a script imports, beside the script. */
declare module '*.css';
