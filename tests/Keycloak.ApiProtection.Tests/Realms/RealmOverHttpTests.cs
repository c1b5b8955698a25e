using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Keycloak.ApiProtection.Realms;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Tests.Realms;

/// <summary>Reads a realm over real sockets, with the handler that applications use.</summary>
public sealed class RealmOverHttpTests : IAsyncDisposable
{
    private readonly RecordingLogger _log = new();
    private readonly ManualTimeProvider _time = new();
    private readonly ServiceProvider _services;
    private WebApplication? _server;
    private int _port;

    public RealmOverHttpTests()
    {
        var services = new ServiceCollection();
        services.AddHttpClient("kc").ConfigurePrimaryHttpMessageHandler(RealmDocuments.CreateHandler);
        _services = services.BuildServiceProvider();
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Issuer => $"http://127.0.0.1:{_port}/realms/demo";

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        await _services.DisposeAsync();
    }

    [Fact]
    public async Task The_keys_of_a_realm_are_read_and_a_rotation_is_detected()
    {
        var listed = TestKey.Set(TestKey.Ec("one"));
        await ServeAsync(_ => Discovery(), _ => Results.Text(listed, "application/json"));
        using var keys = Open(TimeProvider.System);

        Assert.True((await keys.FindAsync("one", DateTimeOffset.MaxValue, Cancelled)).IsFound(out _));
        listed = TestKey.Set(TestKey.Ec("two"));
        Assert.True((await keys.FindAsync("two", DateTimeOffset.MaxValue, Cancelled)).IsFound(out _));
        Assert.False(keys.TryFind("one"u8, out _));
    }

    [Fact]
    public async Task A_server_that_starts_late_is_found()
    {
        await ServeAsync(_ => Discovery(), _ => Results.Text(TestKey.Set(TestKey.Ec("one")), "application/json"));
        await _server!.DisposeAsync();
        using var keys = Open();
        Assert.True((await keys.FindAsync("one", _time.GetUtcNow(), Cancelled)).IsUnavailable);
        Assert.Equal("unreachable", keys.Failure!.Code);
        Assert.Contains("Check that Keycloak is running", _log.Text("RealmKeysUnavailable"), StringComparison.Ordinal);

        await ServeAsync(_ => Discovery(), _ => Results.Text(TestKey.Set(TestKey.Ec("one")), "application/json"), port: _port);
        _time.Advance(TimeSpan.FromSeconds(2));
        await keys.Settled;

        Assert.True(keys.TryFind("one"u8, out _));
    }

    [Fact]
    public async Task An_unknown_host_name_is_reported_as_such()
    {
        _port = 1;
        using var keys = Open(address: new Uri("http://keycloak.invalid/realms/demo/.well-known/openid-configuration"));
        await ReadAsync(keys);

        Assert.Contains("host name of http://keycloak.invalid/realms/demo/", keys.Failure!.Reason, StringComparison.Ordinal);
        Assert.Contains("name of Keycloak's service, not localhost", keys.Failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        var followed = false;
        await ServeAsync(
            _ => Results.Redirect("/elsewhere"),
            _ =>
            {
                followed = true;

                return Results.Ok();
            });
        using var keys = Open();
        await ReadAsync(keys);

        Assert.Equal("redirect", keys.Failure!.Code);
        Assert.Contains($"http://127.0.0.1:{_port}/elsewhere", keys.Failure.Reason, StringComparison.Ordinal);
        Assert.False(followed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_response_of_ten_megabytes_is_not_read(bool saysSo)
    {
        var written = 0L;
        await ServeAsync(_ => Discovery(), context => Results.Stream(async stream =>
        {
            context.Response.ContentLength = saysSo ? 10 * 1024 * 1024 : null;
            var block = new byte[64 * 1024];

            for (; written < 10 * 1024 * 1024; written += block.Length)
            {
                await stream.WriteAsync(block, context.RequestAborted);
            }
        }));
        using var keys = Open();
        await ReadAsync(keys);

        Assert.Equal("size", keys.Failure!.Code);
        Assert.Contains("more than 1024 KiB", keys.Failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_response_is_a_failure()
    {
        await ServeAsync(_ => Discovery(), context => Results.Stream(async stream =>
        {
            context.Response.ContentLength = 1000;
            await stream.WriteAsync("{\"keys\":["u8.ToArray(), context.RequestAborted);
            await stream.FlushAsync(context.RequestAborted);
            context.Abort();
        }));
        using var keys = Open();
        await ReadAsync(keys);

        Assert.Equal("unreachable", keys.Failure!.Code);
        Assert.Contains("was interrupted during the response", keys.Failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_untrusted_certificate_is_a_failure_and_the_remedy_says_what_to_install()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await ServeAsync(_ => Discovery(), _ => Results.Text(TestKey.Set(TestKey.Ec("one")), "application/json"), certificate: certificate);
        using var keys = Open(address: new Uri($"https://127.0.0.1:{_port}/realms/demo/.well-known/openid-configuration"));
        await ReadAsync(keys);

        Assert.Equal("tls", keys.Failure!.Code);
        Assert.Contains("Install the certificate of the authority", keys.Failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Https_to_a_plain_HTTP_port_reports_that_the_port_does_not_use_TLS()
    {
        await ServeAsync(_ => Discovery(), _ => Results.Text(TestKey.Set(TestKey.Ec("one")), "application/json"));
        using var keys = Open(address: new Uri($"https://127.0.0.1:{_port}/realms/demo/.well-known/openid-configuration"));
        await ReadAsync(keys);

        Assert.Equal("not-tls", keys.Failure!.Code);
        Assert.Contains("this port does not use TLS", keys.Failure.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("certificate", keys.Failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_to_a_TLS_port_reports_that_the_port_may_require_TLS()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await ServeAsync(_ => Discovery(), _ => Results.Text(TestKey.Set(TestKey.Ec("one")), "application/json"), certificate: certificate);
        using var keys = Open(address: new Uri($"http://127.0.0.1:{_port}/realms/demo/.well-known/openid-configuration"));
        await ReadAsync(keys);

        Assert.Contains("it may require TLS", keys.Failure!.Remedy, StringComparison.Ordinal);
    }

    private static async Task ReadAsync(RealmKeys keys)
    {
        keys.Prefetch();
        await keys.Settled;
        Assert.False(keys.TryFind("one"u8, out _));
    }

    private RealmKeys Open(TimeProvider? time = null, Uri? address = null) => new(
        new RealmSettings
        {
            SchemeName = "Keycloak",
            MetadataAddress = address ?? new Uri(Issuer + "/.well-known/openid-configuration"),
            ValidIssuers = [Issuer],
            RequireHttps = false,
            HttpClientName = "kc",
        },
        _services.GetRequiredService<IHttpClientFactory>(),
        time ?? _time,
        _log);

    private IResult Discovery() => Results.Json(new Dictionary<string, string> { ["issuer"] = Issuer, ["jwks_uri"] = Issuer + "/certs" });

    private async Task ServeAsync(
        Func<HttpContext, IResult> discovery, Func<HttpContext, IResult> certs, int port = 0, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        _server = builder.Build();
        _server.MapGet("/realms/demo/.well-known/openid-configuration", discovery);
        _server.MapGet("/realms/demo/certs", certs);
        _server.MapGet("/elsewhere", certs);
        await _server.StartAsync(Cancelled);
        _port = new Uri(_server.Urls.Single()).Port;
    }
}
