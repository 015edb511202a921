package dev.meander.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.image.Grid.Box;
import dev.meander.image.Grid.Sheet;
import dev.meander.image.Grid.Style;
import dev.meander.image.Grid.Tile;
import java.util.List;
import org.junit.jupiter.api.Test;

class GridTest {
  private static final int RED = 0xff0000;
  private static final int BLUE = 0x0000ff;
  private static final int WHITE = 0xffffff;

  @Test
  void plainTilesLieInRowsWithPaddingBetween() {
    List<Tile> tiles = List.of(tile(RED), tile(BLUE), tile(RED));
    Sheet sheet = Grid.compose(tiles, Style.columns(2).withPadding(3).withScale(2));
    assertThat(sheet.image().width()).isEqualTo(3 + 20 + 3 + 20 + 3);
    assertThat(sheet.image().height()).isEqualTo(3 + 12 + 3 + 12 + 3);
    assertThat(sheet.boxes())
        .containsExactly(new Box(3, 3, 20, 12), new Box(26, 3, 20, 12), new Box(3, 18, 20, 12));
    assertThat(colour(sheet.image(), 3, 3)).isEqualTo(RED);
    assertThat(colour(sheet.image(), 22, 14)).isEqualTo(RED);
    assertThat(colour(sheet.image(), 23, 14)).isEqualTo(WHITE);
    assertThat(colour(sheet.image(), 26, 3)).isEqualTo(BLUE);
    assertThat(colour(sheet.image(), 26, 18)).isEqualTo(WHITE);
  }

  @Test
  void fewerTilesThanColumnsMakeANarrowSheet() {
    Sheet sheet = Grid.compose(List.of(tile(RED)), Style.columns(8).withPadding(0));
    assertThat(sheet.image().rgb()).isEqualTo(new Canvas(10, 6, RED).toImage().rgb());
  }

  @Test
  void aCaptionMakesItsRowHigherAndWritesBelowThePicture() {
    Image wide = new Canvas(30, 6, RED).toImage();
    List<Tile> tiles = List.of(Tile.of(wide, "TT TTTT"), Tile.of(wide), Tile.of(wide));
    Sheet sheet = Grid.compose(tiles, Style.columns(2).withPadding(2));
    int rowHeight = 6 + 3 + 2 * PixelFont.LINE;
    assertThat(sheet.image().height()).isEqualTo(2 + rowHeight + 2 + 6 + 2);
    assertThat(sheet.boxes().get(2)).isEqualTo(new Box(2, 2 + rowHeight + 2, 30, 6));
    for (int x = 0; x < 5; x++) {
      assertThat(colour(sheet.image(), 2 + x, 2 + 6 + 3)).as("bar of T").isEqualTo(0x22262e);
    }
  }

  @Test
  void aBadgeLosesItsLeadingWordsWhereItIsWiderThanTheCell() {
    int score = 4 + PixelFont.width("score 0.83");
    assertThat(badgeWidth(score)).isEqualTo(score);
    assertThat(badgeWidth(score - 1)).isEqualTo(4 + PixelFont.width("0.83"));
    assertThat(badgeWidth(20)).isZero();
  }

  private static int badgeWidth(int imageWidth) {
    Image image = new Canvas(imageWidth, 20, RED).toImage();
    Sheet sheet = Grid.compose(List.of(Tile.scored(image, "", 0.83)), Style.columns(1));
    int width = 0;
    while (colour(sheet.image(), 8 + width, 8 + 20 + 3) == 0x1b1e24) {
      width++;
    }
    return width;
  }

  @Test
  void theCaptionFollowsBelowTheBadge() {
    Image image = new Canvas(70, 6, RED).toImage();
    Style style = Style.columns(1).withPadding(0);
    Sheet with = Grid.compose(List.of(Tile.scored(image, "T", 0.5)), style);
    Sheet without = Grid.compose(List.of(Tile.of(image, "T")), style);
    assertThat(with.image().height() - without.image().height()).isEqualTo(PixelFont.LINE + 2);
    assertThat(colour(without.image(), 4, 6 + 3)).as("bar of T").isEqualTo(0x22262e);
    assertThat(colour(with.image(), 4, 6 + 3 + PixelFont.LINE + 2)).isEqualTo(0x22262e);
    assertThat(Resample.crop(with.image(), 0, 0, 70, 6).rgb()).isEqualTo(image.rgb());
  }

  @Test
  void smallerPicturesAreCentredInTheirCell() {
    Tile small = Tile.of(new Canvas(4, 6, BLUE).toImage());
    Sheet sheet = Grid.compose(List.of(tile(RED), small), Style.columns(1).withPadding(1));
    assertThat(sheet.boxes().get(1)).isEqualTo(new Box(4, 8, 4, 6));
  }

  @Test
  void aTitleMovesEverythingDown() {
    Style style = Style.columns(1).withPadding(4);
    Box plain = Grid.compose(List.of(tile(RED)), style).boxes().get(0);
    Box titled = Grid.compose("T", List.of(tile(RED)), style).boxes().get(0);
    assertThat(titled.y() - plain.y()).isEqualTo(PixelFont.LINE + 2);
  }

  @Test
  void refusesNoTilesAndBadStyles() {
    assertThatThrownBy(() -> Grid.compose(List.of(), Style.columns(2)))
        .hasMessage("a grid needs at least one tile");
    assertThatThrownBy(() -> Style.columns(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("columns 0");
  }

  private static Tile tile(int colour) {
    return Tile.of(new Canvas(10, 6, colour).toImage());
  }

  private static int colour(Image image, int x, int y) {
    return image.at(x, y, 0) << 16 | image.at(x, y, 1) << 8 | image.at(x, y, 2);
  }
}
