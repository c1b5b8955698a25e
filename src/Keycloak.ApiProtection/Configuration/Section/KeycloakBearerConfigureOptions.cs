using Keycloak.ApiProtection.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Configuration.Section;

/// <summary>
/// Reads the configuration section into the options of one scheme. Problems are collected and reported when the options are validated.
/// </summary>
internal sealed class KeycloakBearerConfigureOptions(string scheme, IConfiguration section) : IConfigureNamedOptions<KeycloakBearerOptions>
{
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
            Read(options, child, KeycloakConfigurationKeys.All, string.Empty, seen);
        }

        FindContradictions(options, seen);
    }

    /// <inheritdoc />
    public void Configure(KeycloakBearerOptions options) => Configure(Options.DefaultName, options);

    private static void Read(
        KeycloakBearerOptions options,
        IConfigurationSection child,
        IReadOnlyList<KeycloakConfigurationKey> keys,
        string group,
        Dictionary<string, IConfigurationSection> seen)
    {
        var spelling = Plain(child.Key);
        var key = keys.FirstOrDefault(known => Plain(known.Name) == spelling);
        if (key is null)
        {
            options.ConfigurationProblems.Add($"'{child.Path}' is not a setting. {Remedy(group, spelling)}");
            return;
        }

        if (!seen.TryAdd(group + spelling, child))
        {
            var first = seen[group + spelling];
            if (child.Value != first.Value || key.Members.Count > 0)
            {
                options.ConfigurationProblems.Add(
                    $"'{child.Path}' contradicts '{first.Path}': they are two spellings of the same setting. Keep one.");
            }

            return;
        }

        if (key.Apply(options, child) is { } problem)
        {
            options.ConfigurationProblems.Add($"'{child.Path}' {problem}.");
        }

        if (key.Members.Count > 0)
        {
            foreach (var member in child.GetChildren())
            {
                Read(options, member, key.Members, $"{group}{spelling}:", seen);
            }
        }
    }

    private static void FindContradictions(KeycloakBearerOptions options, Dictionary<string, IConfigurationSection> seen)
    {
        // Keys of the adapter JSON, and the library's own keys for the same thing.
        (string One, string Other)[] aliases =
        [
            ("resource", "clientid"), ("validissuer", "validissuers"), ("publickeycachettl", "keysrefreshinterval"),
            ("mintimebetweenjwksrequests", "unknownkeycooldown"), ("principalattribute", "nameclaimtype"),
            ("useresourcerolemappings", "realmroles"), ("useresourcerolemappings", "clientroles"),
            ("introspection", "introspection:mode"), ("dpop", "dpop:mode"),
        ];
        foreach (var (one, other) in aliases)
        {
            if (seen.TryGetValue(one, out var first) && seen.TryGetValue(other, out var second) && first.Value != second.Value
                && !(string.IsNullOrEmpty(first.Value) && second.Path.StartsWith(first.Path + ':', StringComparison.OrdinalIgnoreCase)))
            {
                options.ConfigurationProblems.Add(
                    $"'{first.Path}' contradicts '{second.Path}': both configure the same thing. Keep one.");
            }
        }

        if (seen.TryGetValue("sslrequired", out var ssl) && seen.TryGetValue("requirehttpsmetadata", out var https)
            && bool.TryParse(https.Value, out var required)
            && required == "none".Equals(ssl.Value, StringComparison.OrdinalIgnoreCase))
        {
            options.ConfigurationProblems.Add($"'{ssl.Path}' ({ssl.Value}) contradicts '{https.Path}' ({https.Value}). Keep one.");
        }

        if (!string.IsNullOrEmpty(options.Credentials.Secret) && seen.TryGetValue("credentials", out var credentials)
            && seen.TryGetValue("publicclient", out var isPublic) && bool.TryParse(isPublic.Value, out var flag) && flag)
        {
            options.ConfigurationProblems.Add(
                $"'{isPublic.Path}' is true, but '{credentials.Path}' contains a secret: a public client has no secret. "
                + "Remove one of the two.");
        }
    }

    private static string Remedy(string group, string spelling)
    {
        // A key can also be in the wrong section, so all keys are candidates.
        var nearest = KeycloakConfigurationKeys.All
            .SelectMany(key => key.Members.Select(member => $"{key.Name}:{member.Name}").Append(key.Name))
            .Select(name => (Name: name, Distance: Math.Min(Distance(name, group + spelling), Distance(LastPart(name), spelling))))
            .MinBy(candidate => candidate.Distance);
        return nearest.Distance <= Math.Max(2, spelling.Length / 4)
            ? $"Did you mean '{nearest.Name}'?"
            : "Remove it, or move it to another section; docs/configuration.md lists all settings.";
    }

    private static int Distance(string name, string spelling) => Spelling.Distance(Plain(name), Plain(spelling));

    private static string LastPart(string name) => name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>
    /// Normalizes a key: <c>auth-server-url</c>, <c>AuthServerUrl</c> and <c>auth_server_url</c> (for shells that cannot export
    /// hyphens) are the same key.
    /// </summary>
    private static string Plain(string key) =>
        key.Replace("-", string.Empty, StringComparison.Ordinal)
            .Replace("_", string.Empty, StringComparison.Ordinal)
            .ToLowerInvariant();
}
