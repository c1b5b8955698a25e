using System.Net;
using Keycloak.ApiProtection.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Certificates;

public sealed class CertificateForwardingTests : IDisposable
{
    private static readonly IPAddress Stranger = IPAddress.Parse("192.0.2.7");

    private readonly ClientCertificate _own = ClientCertificate.Create("batch");
    private readonly ClientCertificate _other = ClientCertificate.Create("somebody else");

    public static TheoryData<ForwardedCertificate, string> Forms => new()
    {
        { ForwardedCertificate.Nginx, "X-SSL-Client-Cert" },
        { ForwardedCertificate.Envoy, "X-Forwarded-Client-Cert" },
        { ForwardedCertificate.Traefik, "X-Forwarded-Tls-Client-Cert" },
        { ForwardedCertificate.Rfc9440, "Client-Cert" },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _own.Dispose();
        _other.Dispose();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_bound_token_is_accepted_only_with_the_certificate_that_a_trusted_proxy_forwards(
        ForwardedCertificate form, string header)
    {
        await using var api = await CertificateApi.BehindAsync(form);
        var token = Bound(api);

        Assert.Equal(
            CertificateApi.Accepted, await api.VerdictAsync(token, From(CertificateApi.Proxy, header, Forwarded.Header(form, _own))));
        Assert.Equal(
            CertificateApi.Other, await api.VerdictAsync(token, From(CertificateApi.Proxy, header, Forwarded.Header(form, _other))));
        Assert.Equal(CertificateApi.Missing, await api.VerdictAsync(token, From(CertificateApi.Proxy)));
        Assert.Equal("CN=batch", await api.TextAsync("/subject", From(CertificateApi.Proxy, header, Forwarded.Header(form, _own))));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task The_header_of_everyone_else_is_removed_and_logged(ForwardedCertificate form, string header)
    {
        await using var api = await CertificateApi.BehindAsync(form);
        var forged = From(Stranger, header, Forwarded.Header(form, _own));

        Assert.Equal(CertificateApi.Missing, await api.VerdictAsync(Bound(api), forged));
        Assert.Equal("none", await api.TextAsync("/subject", forged));
        Assert.DoesNotContain(header, await api.TextAsync("/headers", forged), StringComparison.OrdinalIgnoreCase);
        Assert.Contains(
            header, await api.TextAsync("/headers", From(CertificateApi.Proxy, header, "x")), StringComparison.OrdinalIgnoreCase);

        var line = api.Log.Text("ForwardedCertificateUntrusted");
        Assert.Contains($"{header} was removed from a request of 192.0.2.7", line, StringComparison.Ordinal);
        Assert.DoesNotContain(Forwarded.Hash(_own), line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_removed_headers_are_logged_once_a_minute()
    {
        await using var api = await CertificateApi.BehindAsync(ForwardedCertificate.Nginx);
        for (var request = 0; request < 5; request++)
        {
            await api.TextAsync("/subject", From(Stranger, "X-SSL-Client-Cert", "x"));
        }

        Assert.Equal(1, api.Log.Count("ForwardedCertificateUntrusted"));
        api.Time.Advance(TimeSpan.FromMinutes(1));
        await api.TextAsync("/subject", From(Stranger, "X-SSL-Client-Cert", "x"));

        Assert.Equal(2, api.Log.Count("ForwardedCertificateUntrusted"));
        Assert.Contains("(4 more since", api.Log.Entries[^1].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("11.1.2.3", false)]
    [InlineData("::1", false)]
    [InlineData("fd00::1", true)]
    [InlineData(null, false)]
    public async Task The_address_of_the_connection_decides(string? address, bool isTrusted)
    {
        await using var api = await CertificateApi.BehindAsync(
            ForwardedCertificate.Nginx, options => options.TrustedProxies.Add(IPNetwork.Parse("fd00::/8")));
        var forwarded = From(address is null ? null : IPAddress.Parse(address), "X-SSL-Client-Cert", Forwarded.Pem(_own));

        Assert.Equal(isTrusted ? CertificateApi.Accepted : CertificateApi.Missing, await api.VerdictAsync(Bound(api), forwarded));
    }

    [Fact]
    public async Task The_certificate_of_the_connection_takes_precedence_over_the_header()
    {
        await using var api = await CertificateApi.BehindAsync(ForwardedCertificate.Nginx);

        Assert.Equal(CertificateApi.Accepted, await api.VerdictAsync(Bound(api), Both(_own, inHeader: _other)));
        Assert.Equal(CertificateApi.Other, await api.VerdictAsync(Bound(api), Both(_other, inHeader: _own)));

        static Action<HttpContext> Both(ClientCertificate ofConnection, ClientCertificate inHeader) => context =>
        {
            From(CertificateApi.Proxy, "X-SSL-Client-Cert", Forwarded.Pem(inHeader))(context);
            context.Connection.ClientCertificate = ofConnection.Certificate;
        };
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_malformed_header_counts_as_none_and_the_log_says_why(ForwardedCertificate form, string header)
    {
        await using var api = await CertificateApi.BehindAsync(form);
        var good = Forwarded.Header(form, _own);

        foreach (var (values, problem) in new[]
        {
            (new[] { "garbage" }, "is not"),
            ([good[..^20] + "!"], "it"),
            ([good, good], "more than one header"),
            ([good + new string('A', 8193 - good.Length)], "longer than 8192"),
        })
        {
            Assert.Equal(CertificateApi.Missing, await api.VerdictAsync(Bound(api), From(CertificateApi.Proxy, header, values)));
            Assert.Equal("none", await api.TextAsync("/subject", From(CertificateApi.Proxy, header, values)));
            Assert.Contains(problem, Last("ForwardedCertificateUnreadable"), StringComparison.Ordinal);
            Assert.Contains($"in the header {header} cannot be used", Last("TokenRejected"), StringComparison.Ordinal);
            api.Time.Advance(TimeSpan.FromMinutes(1));
        }

        string Last(string name) => api.Log.Entries.Last(entry => entry.Event == name).Text;
    }

    [Fact]
    public async Task A_header_whose_content_is_no_certificate_does_not_fail_the_request()
    {
        await using var api = await CertificateApi.BehindAsync(ForwardedCertificate.Traefik);
        var sequence = From(CertificateApi.Proxy, "X-Forwarded-Tls-Client-Cert", Convert.ToBase64String([0x30, 3, 2, 1, 7]));

        Assert.Equal("none", await api.TextAsync("/subject", sequence));
        Assert.Equal(CertificateApi.Other, await api.VerdictAsync(Bound(api), sequence));
        Assert.Contains("its content is not a certificate", api.Log.Text("ForwardedCertificateUnreadable"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_Envoy_forwards_the_hash_alone_the_token_is_accepted_and_the_connection_has_no_certificate()
    {
        await using var api = await CertificateApi.BehindAsync(ForwardedCertificate.Envoy);
        var hash = From(CertificateApi.Proxy, "X-Forwarded-Client-Cert", $"Hash={Forwarded.Hash(_own)}");

        Assert.Equal(CertificateApi.Accepted, await api.VerdictAsync(Bound(api), hash));
        Assert.Equal("none", await api.TextAsync("/subject", hash));
    }

    [Fact]
    public async Task The_log_says_that_the_other_certificate_comes_from_the_header()
    {
        await using var api = await CertificateApi.BehindAsync(ForwardedCertificate.Nginx);

        await api.VerdictAsync(Bound(api), From(CertificateApi.Proxy, "X-SSL-Client-Cert", Forwarded.Pem(_other)));

        Assert.Contains(
            "the subject 'CN=somebody else' and comes from the header X-SSL-Client-Cert",
            api.Log.Text("TokenRejected"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_header_can_have_another_name()
    {
        await using var api = await CertificateApi.BehindAsync(
            ForwardedCertificate.Nginx, options => options.HeaderName = "ssl-client-cert");

        Assert.Equal(
            CertificateApi.Accepted,
            await api.VerdictAsync(Bound(api), From(CertificateApi.Proxy, "ssl-client-cert", Forwarded.Pem(_own))));
        Assert.Equal(
            CertificateApi.Missing,
            await api.VerdictAsync(Bound(api), From(CertificateApi.Proxy, "X-SSL-Client-Cert", Forwarded.Pem(_own))));
    }

    [Fact]
    public async Task The_forwarding_of_ASP_NET_Core_itself_works_too()
    {
        await using var api = await CertificateApi.StartAsync(services =>
        {
            services.AddCertificateForwarding(options => options.CertificateHeader = "X-ARR-ClientCert");
            services.AddSingleton<IStartupFilter, ForwardsCertificates>();
        });

        Assert.Equal(
            CertificateApi.Accepted,
            await api.VerdictAsync(Bound(api), From(CertificateApi.Proxy, "X-ARR-ClientCert", Forwarded.Der(_own))));
        Assert.Equal(
            CertificateApi.Other,
            await api.VerdictAsync(Bound(api), From(CertificateApi.Proxy, "X-ARR-ClientCert", Forwarded.Der(_other))));
    }

    [Fact]
    public async Task An_address_in_X_Forwarded_For_is_not_the_address_of_the_proxy()
    {
        // With this setting, the host itself adds the middleware of forwarded headers.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = ["--ForwardedHeaders_Enabled=true"] });
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddKeycloakCertificateForwarding(
            ForwardedCertificate.Nginx, options => options.TrustedProxies.Add(IPNetwork.Parse("10.0.0.0/8")));
        await using var app = builder.Build();
        app.MapGet(
            "/",
            (HttpContext context) => $"{context.Connection.RemoteIpAddress} {context.Connection.ClientCertificate?.Subject ?? "none"}");
        await app.StartAsync(Cancellation);

        Assert.Equal("10.9.9.9 none", await SendAsync(Stranger, forwardedFor: "10.9.9.9"));
        Assert.Equal("192.0.2.7 CN=batch", await SendAsync(CertificateApi.Proxy, forwardedFor: "192.0.2.7"));

        async Task<string> SendAsync(IPAddress address, string forwardedFor)
        {
            var context = await app.GetTestServer().SendAsync(
                context =>
                {
                    (context.Request.Method, context.Request.Path) = ("GET", "/");
                    context.Request.Headers["X-Forwarded-For"] = forwardedFor;
                    From(address, "X-SSL-Client-Cert", Forwarded.Pem(_own))(context);
                },
                Cancellation);
            using var reader = new StreamReader(context.Response.Body);
            return await reader.ReadToEndAsync(Cancellation);
        }
    }

    [Fact]
    public async Task Without_trusted_proxies_the_application_does_not_start()
    {
        Assert.Contains("options.TrustedProxies.Add(IPNetwork.Parse(", await FailureAsync(_ => { }), StringComparison.Ordinal);
        Assert.Null(await FailureAsync(options => options.TrustedProxies.Add(IPNetwork.Parse("10.0.0.0/8"))));
    }

    [Theory]
    [InlineData("0.0.0.0/0")]
    [InlineData("::/0")]
    [InlineData("::ffff:0.0.0.0/96")]
    public async Task An_application_that_trusts_all_addresses_does_not_start(string network) =>
        Assert.Contains(
            "contains all addresses",
            await FailureAsync(options => options.TrustedProxies.Add(IPNetwork.Parse(network))),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("Client Cert")]
    [InlineData("Client-Cert:")]
    public async Task An_application_with_an_invalid_header_name_does_not_start(string name) =>
        Assert.Contains(
            "HeaderName is not the name of an HTTP header",
            await FailureAsync(options =>
            {
                options.TrustedProxies.Add(IPNetwork.Parse("10.0.0.0/8"));
                options.HeaderName = name;
            }),
            StringComparison.Ordinal);

    [Fact]
    public async Task An_unknown_form_does_not_start() => Assert.Contains(
        "the form 9 is unknown",
        await FailureAsync(options => options.TrustedProxies.Add(IPNetwork.Parse("10.0.0.0/8")), (ForwardedCertificate)9),
        StringComparison.Ordinal);

    [Fact]
    public void A_second_call_is_an_error()
    {
        var services = new ServiceCollection();
        services.AddKeycloakCertificateForwarding(ForwardedCertificate.Nginx, _ => { });

        var exception = Assert.Throws<InvalidOperationException>(
            () => services.AddKeycloakCertificateForwarding(ForwardedCertificate.Envoy, _ => { }));
        Assert.Contains("Call it once", exception.Message, StringComparison.Ordinal);
    }

    private static Action<HttpContext> From(IPAddress? address, string? header = null, params string[] values) => context =>
    {
        context.Connection.RemoteIpAddress = address;
        if (header is not null)
        {
            context.Request.Headers[header] = values;
        }
    };

    private static async Task<string?> FailureAsync(
        Action<ForwardedCertificateOptions> configure, ForwardedCertificate form = ForwardedCertificate.Nginx)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddKeycloakCertificateForwarding(form, configure);
        await using var app = builder.Build();
        try
        {
            await app.StartAsync(Cancellation);
            return null;
        }
        catch (OptionsValidationException exception)
        {
            return exception.Message;
        }
    }

    private string Bound(CertificateApi api) => api.Realm.Token("alice").For("cli").BoundTo(_own).Create();

    private sealed class ForwardsCertificates : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UseCertificateForwarding();
            next(app);
        };
    }
}
