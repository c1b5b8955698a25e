using Keycloak.ApiProtection.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Configuration.Section;

/// <summary>
/// Reads the configuration section into the options of one scheme. Problems are collected and reported when the options are validated.
/// </summary>
internal sealed class KeycloakBearerConfigureOptions(string scheme, IConfiguration section) : IConfigureNamedOptions<KeycloakBearerOptions>
{
    private readonly string _path = section is IConfigurationSection { Path: var path } ? path : string.Empty;

    /// <inheritdoc />
    public void Configure(string? name, KeycloakBearerOptions options)
    {
        if (name != scheme)
        {
            return;
        }

        var seen = new Dictionary<string, IConfigurationSection>(StringComparer.Ordinal);
        foreach (var child in section.GetChildren())
        {
            Read(options, child, seen);
        }

        FindContradictions(options, seen);
    }

    /// <inheritdoc />
    public void Configure(KeycloakBearerOptions options) => Configure(Options.DefaultName, options);

    private void Read(KeycloakBearerOptions options, IConfigurationSection child, Dictionary<string, IConfigurationSection> seen)
    {
        var spelling = Plain(child.Key);
        var key = KeycloakConfigurationKeys.All.FirstOrDefault(known => Plain(known.Name) == spelling);
        if (key is null)
        {
            options.ConfigurationProblems.Add($"'{Path(child)}' is not a setting. {Remedy(spelling)}");
        }
        else if (!seen.TryAdd(spelling, child))
        {
            if (child.Value != seen[spelling].Value)
            {
                options.ConfigurationProblems.Add(
                    $"'{Path(child)}' contradicts '{Path(seen[spelling])}': they are two spellings of the same setting. Keep one.");
            }
        }
        else if (key.Apply(options, child) is { } problem)
        {
            options.ConfigurationProblems.Add($"'{Path(child)}' {problem}.");
        }
    }

    private void FindContradictions(KeycloakBearerOptions options, Dictionary<string, IConfigurationSection> seen)
    {
        // Keys of the adapter JSON, and the library's own keys for the same thing.
        (string One, string Other)[] aliases =
        [
            ("resource", "clientid"), ("validissuer", "validissuers"), ("publickeycachettl", "keysrefreshinterval"),
            ("mintimebetweenjwksrequests", "unknownkeycooldown"), ("principalattribute", "nameclaimtype"),
            ("useresourcerolemappings", "realmroles"), ("useresourcerolemappings", "clientroles"),
        ];
        foreach (var (one, other) in aliases)
        {
            if (seen.TryGetValue(one, out var first) && seen.TryGetValue(other, out var second) && first.Value != second.Value)
            {
                options.ConfigurationProblems.Add(
                    $"'{Path(first)}' contradicts '{Path(second)}': both configure the same thing. Keep one.");
            }
        }

        if (seen.TryGetValue("sslrequired", out var ssl) && seen.TryGetValue("requirehttpsmetadata", out var https)
            && bool.TryParse(https.Value, out var required)
            && required == "none".Equals(ssl.Value, StringComparison.OrdinalIgnoreCase))
        {
            options.ConfigurationProblems.Add($"'{Path(ssl)}' ({ssl.Value}) contradicts '{Path(https)}' ({https.Value}). Keep one.");
        }

        if (!string.IsNullOrEmpty(options.Credentials.Secret) && seen.TryGetValue("credentials", out var credentials)
            && seen.TryGetValue("publicclient", out var isPublic) && bool.TryParse(isPublic.Value, out var flag) && flag)
        {
            options.ConfigurationProblems.Add(
                $"'{Path(isPublic)}' is true, but '{Path(credentials)}' contains a secret: a public client has no secret. "
                + "Remove one of the two.");
        }
    }

    private string Path(IConfigurationSection child) => _path.Length == 0 ? child.Key : $"{_path}:{child.Key}";

    private static string Remedy(string spelling)
    {
        var nearest = KeycloakConfigurationKeys.All
            .Select(key => (key.Name, Distance: Spelling.Distance(Plain(key.Name), spelling)))
            .MinBy(candidate => candidate.Distance);
        return nearest.Distance <= Math.Max(2, spelling.Length / 4)
            ? $"Did you mean '{nearest.Name}'?"
            : "Remove it, or move it to another section; docs/configuration.md lists all settings.";
    }

    /// <summary>
    /// Normalizes a key: <c>auth-server-url</c>, <c>AuthServerUrl</c> and <c>auth_server_url</c> (for shells that cannot export
    /// hyphens) are the same key.
    /// </summary>
    private static string Plain(string key) =>
        key.Replace("-", string.Empty, StringComparison.Ordinal).Replace("_", string.Empty, StringComparison.Ordinal).ToLowerInvariant();
}
