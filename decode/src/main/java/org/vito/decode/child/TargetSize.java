package org.vito.decode.child;

/**
 * The size of stored frames before they are turned upright, in square pixels.
 *
 * <p>A pixel's aspect ratio is resolved by shrinking the longer way, never by stretching the shorter one, and nothing is
 * ever enlarged: a frame of 720×576 at 16:15 and a short side of 256 becomes 341×256.
 */
record TargetSize(int width, int height) {
    static TargetSize of(int width, int height, int aspectNumerator, int aspectDenominator, int shortSide) {
        boolean known = aspectNumerator > 0 && aspectDenominator > 0;
        double aspect = known ? (double) aspectNumerator / aspectDenominator : 1;
        double squareWidth = width * Math.min(1, aspect);
        double squareHeight = height * Math.min(1, 1 / aspect);
        double scale = Math.min(1, shortSide / Math.min(squareWidth, squareHeight));
        return new TargetSize(Math.max(1, (int) Math.round(squareWidth * scale)), Math.max(1, (int)
                Math.round(squareHeight * scale)));
    }
}
