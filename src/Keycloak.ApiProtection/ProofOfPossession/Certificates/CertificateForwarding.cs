using System.Net;
using Keycloak.ApiProtection.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Keycloak.ApiProtection.ProofOfPossession.Certificates;

/// <summary>
/// The first middleware of the pipeline. It takes the client certificate from the header of a trusted proxy, and removes the header of
/// everyone else.
/// </summary>
/// <remarks>
/// It must come before the middleware of forwarded headers, which replaces the address of the connection with an address that the client
/// may have chosen.
/// </remarks>
internal sealed class CertificateForwarding(
    IOptions<ForwardedCertificateOptions> options, TimeProvider time, ILogger<CertificateForwarding> logger) : IStartupFilter
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ForwardedCertificateOptions _options = options.Value;
    private readonly RejectionCause _untrusted = new();
    private readonly RejectionCause _unreadable = new();

    /// <summary>Gets the name of the header.</summary>
    public string HeaderName => _options.EffectiveHeaderName;

    /// <inheritdoc />
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(following => context =>
        {
            Forward(context);
            return following(context);
        });
        next(app);
    };

    /// <summary>Reads the header of a trusted proxy.</summary>
    /// <param name="values">All values of the header.</param>
    /// <param name="certificate">The certificate, or null.</param>
    /// <returns>Null, or why the header does not contain one certificate.</returns>
    public string? Read(StringValues values, out LeafCertificate? certificate)
    {
        var problem = ForwardedCertificateHeader.Read(values, _options.Form, out certificate);
        return problem is null ? null : Unreadable(problem);
    }

    /// <summary>Logs that the header cannot be read, at most once a minute.</summary>
    /// <returns>The same problem.</returns>
    public string Unreadable(string problem)
    {
        if (_unreadable.Take(time, Interval, out var suppressed))
        {
            logger.ForwardedCertificateUnreadable(HeaderName, problem, suppressed);
        }

        return problem;
    }

    private void Forward(HttpContext context)
    {
        var headers = context.Request.Headers;
        var values = headers[HeaderName];
        if (values.Count == 0)
        {
            return;
        }

        if (!IsTrusted(context.Connection.RemoteIpAddress))
        {
            headers.Remove(HeaderName);
            if (_untrusted.Take(time, Interval, out var suppressed))
            {
                logger.ForwardedCertificateUntrusted(HeaderName, context.Connection.RemoteIpAddress?.ToString() ?? "unknown", suppressed);
            }
        }
        else if (context.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is null)
        {
            // The certificate of the connection itself is proven by its own handshake, so a header does not replace it.
            context.Features.Set<ITlsConnectionFeature>(new ForwardedTlsConnection(values, this));
        }
    }

    private bool IsTrusted(IPAddress? address)
    {
        if (address is null)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in _options.TrustedProxies)
        {
            if (network.Contains(plain) || network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}
