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

    /// <summary>
    /// How many characters must be changed, added, removed or swapped with their neighbor (Damerau-Levenshtein distance). For short names.
    /// </summary>
    public static int Distance(string one, string other)
    {
        var distances = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
        {
            for (var j = 0; j <= other.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    distances[i, j] = i + j;
                    continue;
                }

                var change = distances[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
                distances[i, j] = Math.Min(Math.Min(distances[i - 1, j], distances[i, j - 1]) + 1, change);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    distances[i, j] = Math.Min(distances[i, j], distances[i - 2, j - 2] + 1);
                }
            }
        }

        return distances[one.Length, other.Length];
    }
}
