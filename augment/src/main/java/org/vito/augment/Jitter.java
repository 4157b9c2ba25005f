package org.vito.augment;

import java.util.Arrays;

/**
 * Colour jitter: four changes in the order drawn. Contrast needs the whole picture's means, so the changes before it and those
 * from it on each run over the picture once, some lines at a time. Keeps its memory between calls; one thread at a time.
 */
final class Jitter {
    static final int BRIGHTNESS = 0;
    static final int CONTRAST = 1;
    static final int SATURATION = 2;

    private final JitterDefinition definition;
    private final Colours colours;
    private final double[] centres = new double[3];

    /** @param colours what changes the pixels */
    Jitter(JitterDefinition definition, Colours colours) {
        this.definition = definition;
        this.colours = colours;
    }

    void apply(Lines picture, ViewDraw draw) {
        int contrast = 0;
        while (draw.order()[contrast] != CONTRAST) {
            contrast++;
        }
        colours.clearSums();
        run(picture, draw, 0, contrast, true);
        findCentres(picture.size * picture.size);
        run(picture, draw, contrast, 4, false);
    }

    private void run(Lines picture, ViewDraw draw, int first, int end, boolean sum) {
        for (int line = 0; line < picture.size; line += colours.linesTogether()) {
            colours.load(picture, line, Math.min(picture.size, line + colours.linesTogether()));
            for (int k = first; k < end; k++) {
                change(draw, draw.order()[k]);
            }
            if (sum) {
                colours.addToSums();
            }
            if (end > first) {
                colours.store(picture, line);
            }
        }
    }

    private void findCentres(int pixels) {
        for (int colour = 0; colour < 3; colour++) {
            centres[colour] = colours.sum(colour) / pixels;
        }
        if (definition == JitterDefinition.TORCHVISION) {
            double grey = Colours.RED * centres[0] + Colours.GREEN * centres[1] + Colours.BLUE * centres[2];
            Arrays.fill(centres, grey);
        }
    }

    private void change(ViewDraw draw, int kind) {
        switch (kind) {
            case BRIGHTNESS -> brightness(draw.brightness());
            case CONTRAST -> {
                for (int colour = 0; colour < 3; colour++) {
                    colours.stretch(colour, draw.contrast(), centres[colour]);
                }
            }
            case SATURATION -> saturation(draw.saturation());
            default -> colours.hue(draw.hue());
        }
    }

    private void brightness(double drawn) {
        if (definition == JitterDefinition.BYOL) {
            colours.add(drawn);
        } else {
            for (int colour = 0; colour < 3; colour++) {
                colours.stretch(colour, 1 + drawn, 0);
            }
        }
    }

    private void saturation(double factor) {
        if (definition == JitterDefinition.BYOL) {
            colours.saturation(factor);
        } else {
            colours.awayFromGrey(factor);
        }
    }
}
