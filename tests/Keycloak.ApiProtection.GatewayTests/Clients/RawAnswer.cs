using System.Globalization;
using System.Text.RegularExpressions;

namespace Keycloak.ApiProtection.GatewayTests.Clients;

/// <summary>Everything that came back over one connection.</summary>
public sealed partial record RawAnswer(string Text)
{
    /// <summary>The first answer's status; 0 where the connection was closed without one.</summary>
    public int Status => Statuses is [var first, ..] ? first : 0;

    /// <summary>The status of each answer.</summary>
    public IReadOnlyList<int> Statuses => [.. StatusLine().Matches(Text).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];

    /// <summary>One header of the first answer; empty where it is not there.</summary>
    public string Header(string name) =>
        Text.Split("\r\n\r\n")[0].Split("\r\n").FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim() ?? string.Empty;

    [GeneratedRegex(@"HTTP/1\.[01] (\d{3})")]
    private static partial Regex StatusLine();
}
