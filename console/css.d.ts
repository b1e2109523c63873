// Bun's bundler puts a style sheet that is imported into the page's own.
declare module '*.css';
