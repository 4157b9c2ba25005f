package org.vito.deploy;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vito.augment.Images;
import org.vito.ingest.Explanation;

/**
 * A picture for people of what curation made of a video: the verdict in words, under it the frames that were looked at, those
 * that show what the title says framed, each over its surest classes.
 */
final class JudgedSheet {
    private static final int MARGIN = 24;
    private static final int GAP = 14;
    private static final int COLUMNS = 6;
    private static final int WIDTH = 190;
    private static final int LINE = 16;
    private static final int GUESSES = 5;
    private static final Color FITS = new Color(0x2f9e44);
    private static final Color LEFT_OUT = new Color(0xc92a2a);

    private final String video;
    private final Explanation why;
    private final List<BufferedImage> frames = new ArrayList<>();
    private int frameHeight = 1;

    /** @param video what it is called */
    JudgedSheet(String video, Explanation why) {
        this.video = video;
        this.why = why;
        for (Explanation.Judged judged : why.frames()) {
            Images.Picture picture = Images.decodeRgb(judged.frame().getJpeg().toByteArray());
            frames.add(Sheets.image(picture));
            frameHeight = Math.max(frameHeight, WIDTH * picture.height() / picture.width());
        }
    }

    /** The picture as PNG. */
    byte[] png() {
        int width = 2 * MARGIN + COLUMNS * WIDTH + (COLUMNS - 1) * GAP;
        int rows = (frames.size() + COLUMNS - 1) / COLUMNS;
        int cell = frameHeight + (GUESSES + 1) * LINE + GAP;
        BufferedImage probe = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        Graphics2D measuring = probe.createGraphics();
        measuring.setFont(plain(14));
        List<String> reason = wrapped(why.reason(), measuring.getFontMetrics(), width - 2 * MARGIN);
        measuring.dispose();
        int heading = MARGIN + 26 + reason.size() * 20 + GAP;
        BufferedImage sheet = new BufferedImage(width, heading + rows * cell + MARGIN, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = Sheets.paper(sheet);
        try {
            heading(g, reason);
            for (int i = 0; i < frames.size(); i++) {
                frame(g, i, MARGIN + i % COLUMNS * (WIDTH + GAP), heading + i / COLUMNS * cell);
            }
        } finally {
            g.dispose();
        }
        return Sheets.png(sheet);
    }

    private void heading(Graphics2D g, List<String> reason) {
        g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 17));
        g.setColor(why.accepted() ? FITS : LEFT_OUT);
        String verdict = why.accepted() ? "Taken" : "Left out";
        g.drawString(verdict, MARGIN, MARGIN + 16);
        int after = MARGIN + g.getFontMetrics().stringWidth(verdict) + GAP;
        g.setColor(Sheets.INK);
        g.drawString(video + (why.category().isEmpty() ? "" : " \u2013 " + why.category()), after, MARGIN + 16);
        g.setFont(plain(14));
        for (int i = 0; i < reason.size(); i++) {
            g.drawString(reason.get(i), MARGIN, MARGIN + 26 + 20 * i + 14);
        }
    }

    private void frame(Graphics2D g, int i, int x, int y) {
        Explanation.Judged judged = why.frames().get(i);
        BufferedImage image = frames.get(i);
        int height = Math.max(1, WIDTH * image.getHeight() / image.getWidth());
        g.drawImage(image, x, y, WIDTH, height, null);
        if (judged.fits()) {
            g.setColor(FITS);
            g.setStroke(new BasicStroke(4));
            g.drawRect(x + 2, y + 2, WIDTH - 4, height - 4);
        }
        int line = y + height + LINE;
        g.setFont(plain(12));
        g.setColor(Sheets.PALE);
        g.drawString(Sheets.seconds(judged.frame().getPtsUs()), x, line);
        for (int guess = 0; guess < judged.guesses().size(); guess++) {
            Explanation.Guess one = judged.guesses().get(guess);
            line += LINE;
            g.setColor(guess > 0 ? Sheets.PALE : judged.fits() ? FITS : Sheets.INK);
            String probability = String.format(Locale.ROOT, "%.2f", one.probability());
            g.drawString(probability, x, line);
            g.drawString(shortened(one.label(), g.getFontMetrics(), WIDTH - 36), x + 36, line);
        }
    }

    private static Font plain(int size) {
        return new Font(Font.SANS_SERIF, Font.PLAIN, size);
    }

    private static String shortened(String text, FontMetrics metrics, int width) {
        String shown = text;
        while (metrics.stringWidth(shown) > width && shown.length() > 2) {
            shown = shown.substring(0, shown.length() - 2).strip() + "\u2026";
        }
        return shown;
    }

    private static List<String> wrapped(String text, FontMetrics metrics, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (line.length() > 0 && metrics.stringWidth(line + " " + word) > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
