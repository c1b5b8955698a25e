using System.Security.Claims;
using Keycloak.ApiProtection.Claims.Foreign;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Tests.Claims;

public sealed class ClaimsTransformationCheckTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Startup_logs_a_warning_only_for_a_transformation_that_is_registered_later(bool later)
    {
        var logger = new Lines();
        var services = new ServiceCollection();
        if (later)
        {
            services.AddKeycloakClaims();
        }

        services.AddTransient<IClaimsTransformation, Own>();
        if (!later)
        {
            services.AddKeycloakClaims();
        }

        using var provider = services.BuildServiceProvider();
        new ClaimsTransformationCheck(logger).Configure(_ => { })(new ApplicationBuilder(provider));

        if (later)
        {
            Assert.Contains("Call AddKeycloakClaims() after that registration", Assert.Single(logger), StringComparison.Ordinal);
        }
        else
        {
            Assert.Empty(logger);
        }
    }

    private sealed class Own : IClaimsTransformation
    {
        public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal) => Task.FromResult(principal);
    }

    private sealed class Lines : List<string>, ILogger<KeycloakClaimsTransformation>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Add(formatter(state, exception));
    }
}
