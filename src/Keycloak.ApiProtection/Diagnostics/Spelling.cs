namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>Finds out what was probably meant.</summary>
internal static class Spelling
{
    private const int Longest = 100;

    /// <summary>Whether one name may be a misspelling of the other. Strangers choose names: long ones are not compared.</summary>
    public static bool IsSimilar(string one, string other) =>
        one.Length <= Longest && other.Length <= Longest && one != other && Distance(one, other) <= Math.Max(1, other.Length / 5);

    /// <summary>How many letters must be changed, added or taken away (Levenshtein).</summary>
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
