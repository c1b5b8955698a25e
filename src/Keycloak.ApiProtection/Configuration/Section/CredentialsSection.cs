using Microsoft.Extensions.Configuration;

namespace Keycloak.ApiProtection.Configuration.Section;

/// <summary>Reads <c>credentials</c> of Keycloak's adapter JSON: <c>secret</c>, or <c>jwt</c> with a private key; and how they are sent.</summary>
/// <remarks>No value of this section ever becomes part of a message.</remarks>
internal static class CredentialsSection
{
    /// <summary>Reads it; answers what is wrong, null when nothing is.</summary>
    public static string? Read(KeycloakBearerOptions options, IConfigurationSection section)
    {
        // WebApplicationFactory hands settings on with an empty value for every section above them.
        if (!string.IsNullOrEmpty(section.Value))
        {
            return "is one value, where a section with 'secret' is expected";
        }

        foreach (var child in section.GetChildren())
        {
            if (Read(options.Credentials, child) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static string? Read(KeycloakClientCredentials credentials, IConfigurationSection child)
    {
        switch (Plain(child.Key))
        {
            case "secret" when child.Value is not null:
                credentials.Secret = child.Value;
                return null;
            case "secret":
                return "has a section 'secret', where one value is expected";
            case "method":
                if (!Enum.TryParse<ClientAuthenticationMethod>(Plain(child.Value ?? string.Empty), ignoreCase: true, out var method) || int.TryParse(child.Value, out _))
                {
                    return $"has a 'method' that is not known. Known are {string.Join(", ", Enum.GetNames<ClientAuthenticationMethod>())}";
                }

                credentials.Method = method;
                return null;
            case "jwt" when child.Value is null:
                return child.GetChildren().Select(member => ReadKey(credentials, member)).FirstOrDefault(problem => problem is not null);
            case "secretjwt":
                return "has 'secret-jwt' (client_secret_jwt), which is not there: use 'secret', or 'jwt' with a private key, and set Clients > the client > Credentials > Client Authenticator to match";
            default:
                return $"has '{child.Key}', which is not known: 'secret', 'jwt' and 'method' are";
        }
    }

    private static string? ReadKey(KeycloakClientCredentials credentials, IConfigurationSection member)
    {
        switch (Plain(member.Key))
        {
            case "key":
                credentials.Key = member.Value;
                return null;
            case "keyfile":
                return ReadFile(credentials, member.Value);
            case "keyid":
                credentials.KeyId = member.Value;
                return null;
            case "algorithm":
                credentials.Algorithm = member.Value;
                return null;
            case "tokentimeout" or "tokenexpiration":
                // An assertion is used once, at once: a minute is enough whatever is set.
                return null;
            default:
                return member.Key.Contains("keystore", StringComparison.OrdinalIgnoreCase) || member.Key.Contains("client-key", StringComparison.OrdinalIgnoreCase)
                    ? $"has 'jwt:{member.Key}': Java keystores are not read here. Convert it (keytool -importkeystore -deststoretype PKCS12, then openssl pkcs12 -nocerts -nodes) and set 'jwt:key-file' to the PEM file"
                    : $"has 'jwt:{member.Key}', which is not known: 'key', 'key-file', 'key-id' and 'algorithm' are";
        }
    }

    private static string? ReadFile(KeycloakClientCredentials credentials, string? path)
    {
        try
        {
            credentials.Key = File.ReadAllText(path ?? string.Empty);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return $"has a 'jwt:key-file' that cannot be read ({error.GetType().Name}): set the path of the PEM or JWK file, and let this process read it";
        }
    }

    private static string Plain(string key) =>
        key.Replace("-", string.Empty, StringComparison.Ordinal).Replace("_", string.Empty, StringComparison.Ordinal).ToLowerInvariant();
}
