using System.Net;
using Keycloak.ApiProtection.ProofOfPossession.Certificates;

namespace Keycloak.ApiProtection;

/// <summary>The options for client certificates that a proxy forwards in a header.</summary>
public sealed class ForwardedCertificateOptions
{
    /// <summary>Gets the networks of the proxies whose header is read. The header of all others is removed.</summary>
    /// <value>
    /// Empty by default, which stops the start. The address is that of the connection, before any <c>X-Forwarded-For</c> is applied. A
    /// network must not contain all addresses.
    /// </value>
    public IList<IPNetwork> TrustedProxies { get; } = [];

    /// <summary>Gets or sets the name of the header.</summary>
    /// <value>Null by default: the name that <see cref="ForwardedCertificate"/> describes.</value>
    public string? HeaderName { get; set; }

    /// <summary>Gets or sets the form of the header's value.</summary>
    internal ForwardedCertificate Form { get; set; }

    /// <summary>Gets the name of the header that is read.</summary>
    internal string EffectiveHeaderName => HeaderName ?? ForwardedCertificateHeader.DefaultName(Form);
}
