using Microsoft.Extensions.Options;

namespace Storefront.Configuration;

/// <summary>Reports at start which settings are missing or wrong, and the remedy.</summary>
internal sealed class SettingsValidation : IValidateOptions<KeycloakOptions>, IValidateOptions<ApisOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, KeycloakOptions options)
    {
        var failures = new List<string>();
        const string Authority = $"{KeycloakOptions.Section}:{nameof(options.Authority)}";
        if (Address(Authority, options.Authority, "http://127.0.0.1:8180/realms/demo") is { } wrong)
        {
            failures.Add(wrong);
        }
        else if (!options.Authority!.AbsolutePath.Contains("/realms/", StringComparison.Ordinal))
        {
            failures.Add(
                $"Keycloak:Authority is \"{options.Authority}\", which names no realm: it must end in /realms/ and the realm's name.");
        }

        if (string.IsNullOrWhiteSpace(options.ClientId))
        {
            failures.Add(
                "Keycloak:ClientId is missing: the id of this application's client in the realm, \"storefront\" in the realm demo.");
        }

        if (string.IsNullOrWhiteSpace(options.ClientSecret))
        {
            failures.Add("Keycloak:ClientSecret is missing: find it in Keycloak's console under Clients > the client > Credentials.");
        }

        return Result(failures);
    }

    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, ApisOptions options) => Result(
        [
            .. new[]
            {
                Address(Key(nameof(options.Introspected)), options.Introspected, "http://127.0.0.1:8080/introspected/"),
                Address(Key(nameof(options.Checked)), options.Checked, "http://127.0.0.1:8080/checked/"),
                Address(Key(nameof(options.Direct)), options.Direct, "http://127.0.0.1:8080/direct/"),
            }.OfType<string>(),
        ]);

    private static string Key(string way) => $"{ApisOptions.Section}:{way}";

    private static string? Address(string key, Uri? address, string example) =>
        address is null ? $"{key} is missing: an address like {example}."
        : !address.IsAbsoluteUri || address.Scheme is not ("http" or "https")
            ? $"{key} is \"{address}\", which is not an http or https address: use an address like {example}."
        : address.Query.Length > 0 || address.Fragment.Length > 0 ? $"{key} is \"{address}\": remove the part from ? or # on."
        : address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback
            ? $"{key} is \"{address}\": use https, because http is accepted for this machine only."
        : null;

    private static ValidateOptionsResult Result(List<string> failures) =>
        failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
}
