using System.Globalization;
using System.Text.RegularExpressions;

namespace Keycloak.ApiProtection.GatewayTests.Clients;

/// <summary>All data that was received on one connection.</summary>
public sealed partial record RawAnswer(string Text)
{
    /// <summary>The status of the first response; 0 if the connection was closed without a response.</summary>
    public int Status => Statuses is [var first, ..] ? first : 0;

    /// <summary>The status of each response.</summary>
    public IReadOnlyList<int> Statuses =>
        [.. StatusLine().Matches(Text).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];

    /// <summary>Returns a header of the first response; empty if it is missing.</summary>
    public string Header(string name) =>
        Text.Split("\r\n\r\n")[0]
            .Split("\r\n")
            .FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..]
            .Trim() ?? string.Empty;

    [GeneratedRegex(@"HTTP/1\.[01] (\d{3})")]
    private static partial Regex StatusLine();
}
