using System.Text.RegularExpressions;

namespace Storefront.Apis;

/// <summary>Reads the parameters of a bearer token's <c>WWW-Authenticate</c> header (RFC 6750 section 3).</summary>
internal static partial class Challenge
{
    /// <summary>One parameter of the challenge; null if it has none of this name.</summary>
    public static string? Parameter(string? challenge, string name)
    {
        foreach (Match match in Parameters().Matches(challenge ?? string.Empty))
        {
            if (string.Equals(match.Groups["name"].Value, name, StringComparison.OrdinalIgnoreCase))
            {
                var quoted = match.Groups["quoted"];
                return quoted.Success ? quoted.Value.Replace("\\\"", "\"", StringComparison.Ordinal) : match.Groups["token"].Value;
            }
        }

        return null;
    }

    [GeneratedRegex(
        """(?<name>[A-Za-z_]+)\s*=\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<token>[^\s",]+))""",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        500)]
    private static partial Regex Parameters();
}
