using System.Net;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.ProofOfPossession.Certificates;

/// <summary>Checks the options of forwarded certificates at start. Without trusted proxies, a client could name any certificate.</summary>
internal sealed class ForwardedCertificateOptionsValidator : IValidateOptions<ForwardedCertificateOptions>
{
    private const string Method = "AddKeycloakCertificateForwarding";

    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, ForwardedCertificateOptions options)
    {
        var problems = Problems(options).ToArray();
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> Problems(ForwardedCertificateOptions options)
    {
        if (!Enum.IsDefined(options.Form))
        {
            yield return $"{Method}: the form {options.Form} is unknown. Use a member of ForwardedCertificate.";
            yield break;
        }

        if (options.TrustedProxies.Count == 0)
        {
            yield return $"{Method}: TrustedProxies is empty. Any client could send the header {options.EffectiveHeaderName} with the "
                + "certificate of another client. Add the networks of your proxies: "
                + "options.TrustedProxies.Add(IPNetwork.Parse(\"10.0.0.0/8\")).";
        }

        foreach (var network in options.TrustedProxies.Where(ContainsAll))
        {
            yield return $"{Method}: the network {network} in TrustedProxies contains all addresses, so any client could send the header "
                + $"{options.EffectiveHeaderName} with the certificate of another client. Add only the networks of your proxies.";
        }

        if (options.HeaderName is { } header && (header.Length == 0 || !header.All(IsTokenCharacter)))
        {
            yield return $"{Method}: HeaderName is not the name of an HTTP header. Use letters, digits and hyphens, or null for the "
                + "default of the form.";
        }
    }

    private static bool ContainsAll(IPNetwork network) =>
        network.PrefixLength == 0 || (network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength <= 96);

    private static bool IsTokenCharacter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_';
}
