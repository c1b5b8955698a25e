namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>Compares names to find likely misspellings.</summary>
internal static class Spelling
{
    private const int Longest = 100;

    /// <summary>
    /// Whether one name may be a misspelling of the other. Long names are not compared, because the sender of a request can choose them.
    /// </summary>
    public static bool IsSimilar(string one, string other) =>
        one.Length <= Longest && other.Length <= Longest && one != other && Distance(one, other) <= Math.Max(1, other.Length / 5);

    /// <summary>How many characters must be changed, added or removed (Levenshtein distance).</summary>
    public static int Distance(string one, string other)
    {
        var above = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var row = 1; row <= one.Length; row++)
        {
            var diagonal = above[0];
            above[0] = row;
            for (var column = 1; column <= other.Length; column++)
            {
                var best = Math.Min(Math.Min(above[column], above[column - 1]) + 1, diagonal + (one[row - 1] == other[column - 1] ? 0 : 1));
                diagonal = above[column];
                above[column] = best;
            }
        }

        return above[other.Length];
    }
}
